import assert from 'node:assert/strict';
import test from 'node:test';

import { findRlslint, whyNotStarted, type Surroundings } from '../src/finding';

/** What is found where only these programs are there. */
function found(programs: readonly string[], around: Partial<Surroundings> = {}): string {
  const answer = findRlslint({
    setting: '',
    interpreter: undefined,
    folders: ['/home/me/shop', '/home/me/site'],
    isTrusted: true,
    platform: 'linux',
    searchPath: '/usr/local/bin:/usr/bin',
    home: '/home/ada',
    isProgram: (path) => programs.includes(path),
    ...around,
  });
  return 'program' in answer ? answer.program : answer.problem;
}

test('the setting goes before the interpreter, that before .venv, venv and PATH', () => {
  const programs = [
    '/opt/rlslint',
    '/envs/shop/bin/rlslint',
    '/home/me/shop/.venv/bin/rlslint',
    '/home/me/shop/venv/bin/rlslint',
    '/home/me/site/.venv/bin/rlslint',
    '/usr/local/bin/rlslint',
    '/usr/bin/rlslint',
  ];
  const around = { setting: '/opt/rlslint', interpreter: '/envs/shop/bin/python3' };
  assert.equal(found(programs, around), '/opt/rlslint');
  for (const [place, program] of programs.slice(1).entries()) {
    assert.equal(found(programs.slice(place + 1), { ...around, setting: ' ' }), program);
  }
});

test('a setting is a path, from a folder or the home directory on where it says so', () => {
  const inSite = ['/home/me/site/tools/rlslint'];
  assert.equal(found(inSite, { setting: 'tools/rlslint' }), inSite[0]);
  assert.equal(found(inSite, { setting: '${workspaceFolder}/tools/rlslint' }), inSite[0]);
  assert.equal(found(['/home/ada/bin/rlslint'], { setting: '~/bin/rlslint' }), '/home/ada/bin/rlslint');
});

test('a setting that names nothing is told, and nothing else is run', () => {
  assert.match(found(['/usr/bin/rlslint'], { setting: '/opt/rlslint' }), /rlslint\.path says: \/opt\/rlslint/);
});

test('Windows has its scripts elsewhere, and Conda its interpreter above them', () => {
  const around = {
    platform: 'win32' as const,
    folders: ['C:\\work\\shop'],
    interpreter: 'C:\\conda\\envs\\shop\\python.exe',
    searchPath: '"C:\\Program Files\\bin";C:\\Windows',
  };
  for (const program of [
    'C:\\conda\\envs\\shop\\Scripts\\rlslint.exe',
    'C:\\work\\shop\\.venv\\Scripts\\rlslint.exe',
    'C:\\work\\shop\\venv\\Scripts\\rlslint.exe',
    'C:\\Program Files\\bin\\rlslint.exe',
  ]) {
    assert.equal(found([program], around), program);
  }
});

test('where there is none, one sentence says what to do', () => {
  assert.match(found([]), /^rlslint is not installed.* pip install 'rlslint\[lsp\]'[^.]*rlslint\.path\.$/);
});

test('a workspace that is not trusted gives no program', () => {
  const inside = ['/home/me/shop/.venv/bin/rlslint', '/home/me/shop/bin/rlslint', '/home/me/shop/..bin/rlslint'];
  for (const around of [
    {},
    { interpreter: '/home/me/shop/.venv/bin/python' },
    { setting: 'bin/rlslint' },
    { setting: '/usr/../home/me/shop/..bin/rlslint' },
    { searchPath: '/home/me/shop/bin:/home/me/site/../shop/bin' },
  ]) {
    assert.match(found(inside, { ...around, isTrusted: false }), /trust the workspace/);
    assert.match(found([...inside, '/usr/bin/rlslint'], { searchPath: '/home/me/shop/bin:/usr/bin', isTrusted: false }), /^\/usr\/bin/);
  }
  assert.equal(
    found(['c:\\WORK\\shop\\rlslint.exe', 'D:\\bin\\rlslint.exe'], {
      platform: 'win32',
      folders: ['C:\\work\\shop'],
      searchPath: 'c:\\WORK\\shop;D:\\bin',
      isTrusted: false,
    }),
    'D:\\bin\\rlslint.exe',
  );
});

test('what the working directory has is never run for PATH', () => {
  assert.match(found(['rlslint', 'bin/rlslint'], { searchPath: ':.:bin' }), /^rlslint is not installed/);
});

test('a server that does not start says what to install, or its own last words', () => {
  const missing = "Error: The language server needs pygls: pip install 'rlslint[lsp]'\n";
  assert.match(whyNotStarted('/usr/bin/rlslint', missing), /pip install 'rlslint\[lsp\]' where it is installed\.$/);
  assert.equal(
    whyNotStarted('/usr/bin/rlslint', 'Traceback …\r\nModuleNotFoundError: pglast\r\n'),
    '/usr/bin/rlslint could not be started: ModuleNotFoundError: pglast',
  );
  assert.match(whyNotStarted('/usr/bin/rlslint', ''), /the log may tell why/);
});
