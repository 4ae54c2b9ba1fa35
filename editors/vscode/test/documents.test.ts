import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { DOCUMENTS } from '../src/documents';

const REPOSITORY = join(__dirname, '..', '..', '..', '..');

test('the documents are those that the server watches', () => {
  const server = readFileSync(join(REPOSITORY, 'rlslint/cli/language_server/serving.py'), 'utf8');
  const watched = /^_WATCHED = \(\n(.*?)^\)/ms.exec(server)?.[1] ?? '';
  assert.deepEqual([...watched.matchAll(/"(.+)"/g)].map((found) => found[1]), DOCUMENTS);
});

test('the extension has the version of rlslint', () => {
  const project = readFileSync(join(REPOSITORY, 'pyproject.toml'), 'utf8');
  const extension = JSON.parse(readFileSync(join(REPOSITORY, 'editors/vscode/package.json'), 'utf8'));
  assert.equal(extension.version, /^version = "(.+)"$/m.exec(project)?.[1]);
});
