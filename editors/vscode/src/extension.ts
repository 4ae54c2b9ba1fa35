/** Starts `rlslint server` for a workspace, and again where it is another one that is to be run. */

import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import {
  commands,
  extensions,
  window,
  workspace,
  type Event,
  type ExtensionContext,
  type LogOutputChannel,
  type Uri,
} from 'vscode';
import { CloseAction, LanguageClient, type ErrorHandler } from 'vscode-languageclient/node';

import { DOCUMENTS } from './documents';
import { findRlslint, whyNotStarted } from './finding';

const STREAM_MILLISECONDS = 500;
const REMEMBERED_CHARACTERS = 10_000;

/** What of the Python extension's interface is used here. */
interface PythonExtension {
  readonly environments: {
    readonly onDidChangeActiveEnvironmentPath: Event<unknown>;
    getActiveEnvironmentPath(of?: Uri): { readonly path: string };
    resolveEnvironment(
      environment: { readonly path: string },
    ): Promise<{ readonly executable: { readonly uri: Uri | undefined } } | undefined>;
  };
}

/** A server that runs or is being started. */
class Client extends LanguageClient {
  private errors = '';
  private errorsEnded: Promise<unknown> = Promise.resolve();

  constructor(readonly program: string, log: LogOutputChannel) {
    super(
      'rlslint',
      { command: program, args: ['server'] },
      {
        documentSelector: DOCUMENTS.map((pattern) => ({ scheme: 'file', pattern })),
        outputChannel: log,
        initializationFailedHandler: () => false,
        stdioOptions: {
          stdout: () => undefined,
          stderr: (stream) => this.listen(stream, log),
        },
      },
    );
  }

  /** Start the server; return what to do where it does not start. */
  async problem(): Promise<string | undefined> {
    try {
      await this.start();
      return undefined;
    } catch {
      await Promise.race([this.errorsEnded, setTimeout(STREAM_MILLISECONDS)]);
      return whyNotStarted(this.program, this.errors);
    }
  }

  /** Leave to `problem` what is said of a server that does not start: one sentence, not three. */
  override error(message: string, data?: unknown, shown?: boolean | 'force'): void {
    super.error(message, data, this.isRunning() ? shown : false);
  }

  /** Start a server again that ended after it had run, and only that. */
  override createDefaultErrorHandler(most?: number): ErrorHandler {
    const usual = super.createDefaultErrorHandler(most);
    return {
      error: (...what) => usual.error(...what),
      closed: () => (this.isRunning() ? usual.closed() : { action: CloseAction.DoNotRestart }),
    };
  }

  private listen(stream: Readable, log: LogOutputChannel): void {
    this.errors = '';
    this.errorsEnded = new Promise((resolve) => stream.once('close', resolve));
    stream.setEncoding('utf8').on('data', (text: string) => {
      this.errors = (this.errors + text).slice(-REMEMBERED_CHARACTERS);
      log.info(text.trimEnd());
    });
  }
}

let client: Client | undefined;
let turn: Promise<void> = Promise.resolve();

export async function activate(context: ExtensionContext): Promise<void> {
  const log = window.createOutputChannel('rlslint', { log: true });
  const python = pythonExtension(log);
  const said = new Set<string>();

  async function follow(isAsked: boolean): Promise<void> {
    const found = findRlslint({
      setting: workspace.getConfiguration('rlslint').get('path', ''),
      interpreter: workspace.isTrusted ? await interpreter(await python) : undefined,
      folders: (workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath),
      isTrusted: workspace.isTrusted,
      platform: process.platform,
      searchPath: process.env['PATH'] ?? '',
      home: homedir(),
      isProgram,
    });
    const program = 'program' in found ? found.program : undefined;
    if (!isAsked && client !== undefined && client.program === program) {
      return;
    }
    await stop();
    let problem = 'problem' in found ? found.problem : undefined;
    if (program !== undefined) {
      log.info(`${program} server`);
      client = new Client(program, log);
      problem = await client.problem();
    }
    if (problem !== undefined) {
      log.error(problem);
      if (isAsked || !said.has(problem)) {
        said.add(problem);
        void tell(problem);
      }
    }
  }

  /** One after the other: a server is started when the one before has ended. */
  function inTurn(isAsked: boolean): Promise<void> {
    turn = turn.then(() => follow(isAsked)).catch((error: unknown) => log.error(String(error)));
    return turn;
  }

  const again = (): void => void inTurn(false);
  context.subscriptions.push(
    log,
    commands.registerCommand('rlslint.restart', () => inTurn(true)),
    commands.registerCommand('rlslint.showLog', () => log.show()),
    workspace.onDidGrantWorkspaceTrust(again),
    workspace.onDidChangeWorkspaceFolders(again),
    workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('rlslint.path') && again()),
  );
  again();
  const changes = (await python)?.environments.onDidChangeActiveEnvironmentPath(again);
  if (changes !== undefined) {
    context.subscriptions.push(changes);
  }
}

export async function deactivate(): Promise<void> {
  turn = turn.then(stop);
  await turn;
}

async function stop(): Promise<void> {
  const ended = client;
  client = undefined;
  await ended?.dispose().catch(() => undefined);
}

async function tell(problem: string): Promise<void> {
  const [restart, showLog] = ['Restart', 'Show Log'];
  switch (await window.showWarningMessage(problem, restart, showLog)) {
    case restart:
      await commands.executeCommand('rlslint.restart');
      break;
    case showLog:
      await commands.executeCommand('rlslint.showLog');
  }
}

async function pythonExtension(log: LogOutputChannel): Promise<PythonExtension | undefined> {
  try {
    return await extensions.getExtension<PythonExtension>('ms-python.python')?.activate();
  } catch (error) {
    log.warn(`The Python extension tells no interpreter: ${error}`);
    return undefined;
  }
}

async function interpreter(python: PythonExtension | undefined): Promise<string | undefined> {
  try {
    const environments = python?.environments;
    const chosen = environments?.getActiveEnvironmentPath(workspace.workspaceFolders?.[0]?.uri);
    const resolved = chosen && (await environments?.resolveEnvironment(chosen));
    return resolved?.executable.uri?.fsPath;
  } catch {
    return undefined;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
