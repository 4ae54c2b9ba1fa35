/** Which rlslint to run for a workspace, and what to do where it does not. */

import * as path from 'node:path';

/** What is known of the workspace and the machine. */
export interface Surroundings {
  /** The setting `rlslint.path`. */
  readonly setting: string;
  /** The interpreter that the Python extension has chosen. */
  readonly interpreter: string | undefined;
  readonly folders: readonly string[];
  readonly isTrusted: boolean;
  readonly platform: NodeJS.Platform;
  readonly searchPath: string;
  readonly home: string;
  readonly isProgram: (path: string) => boolean;
}

/** The program to run, or a sentence on what to do for there to be one. */
export type Found = { readonly program: string } | { readonly problem: string };

/** Find rlslint; nothing of a workspace that is not trusted is ever the answer. */
export function findRlslint(around: Surroundings): Found {
  const named = around.setting.trim();
  const places = named ? namedPlaces(named, around) : usualPlaces(around);
  const there = places.filter(around.isProgram);
  const program = there.find((place) => around.isTrusted || !isOfWorkspace(place, around));
  if (program !== undefined) {
    return { program };
  }
  if (there.length > 0 || !(named || around.isTrusted)) {
    return {
      problem:
        'rlslint runs no program of a workspace that is not trusted: trust the workspace, or install rlslint ' +
        "for yourself with pipx install 'rlslint[lsp]'.",
    };
  }
  if (named) {
    return { problem: `No program is where the setting rlslint.path says: ${named}. Correct it, or leave it empty.` };
  }
  return {
    problem:
      "rlslint is not installed in the project's environment nor in PATH: run pip install 'rlslint[lsp]' there, " +
      'or name it in the setting rlslint.path.',
  };
}

/** Say what to do for a server that ended at once, by what it wrote to its standard error. */
export function whyNotStarted(program: string, errors: string): string {
  if (errors.includes('rlslint[lsp]')) {
    return `${program} lacks the packages that serve an editor: run pip install 'rlslint[lsp]' where it is installed.`;
  }
  const last = errors.trim().split(/\r?\n/).at(-1);
  return `${program} could not be started: ${last || 'the log may tell why'}`;
}

function namedPlaces(named: string, around: Surroundings): string[] {
  const { isAbsolute, join, resolve } = pathsOf(around);
  if (/^~[\\/]/.test(named)) {
    return [join(around.home, named.slice(2))];
  }
  if (isAbsolute(named)) {
    return [resolve(named)];
  }
  return around.folders.map((folder) => resolve(folder, named.replace('${workspaceFolder}', () => folder)));
}

function usualPlaces(around: Surroundings): string[] {
  const { delimiter, dirname, isAbsolute, join } = pathsOf(around);
  const isWindows = around.platform === 'win32';
  const [scripts, name] = isWindows ? ['Scripts', 'rlslint.exe'] : ['bin', 'rlslint'];
  const places: string[] = [];
  if (around.interpreter !== undefined) {
    const beside = dirname(around.interpreter);
    // Conda for Windows has its interpreter a directory above its scripts.
    places.push(beside, ...(isWindows ? [join(beside, scripts)] : []));
  }
  for (const folder of around.folders) {
    places.push(join(folder, '.venv', scripts), join(folder, 'venv', scripts));
  }
  const searched = around.searchPath.split(delimiter).map((entry) => entry.replace(/^"(.*)"$/, '$1'));
  return [...places, ...searched.filter((entry) => isAbsolute(entry))].map((place) => join(place, name));
}

function isOfWorkspace(place: string, around: Surroundings): boolean {
  const { isAbsolute, relative, sep } = pathsOf(around);
  return around.folders.some((folder) => {
    const way = relative(folder, place);
    return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  });
}

function pathsOf(around: Surroundings): path.PlatformPath {
  return around.platform === 'win32' ? path.win32 : path.posix;
}
