// Bundles the extension, and the licences of all that comes along in the bundle.

import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const { metafile } = await build({
  entryPoints: ['src/extension.ts'],
  outfile: 'build/extension.js',
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  external: ['vscode'],
  metafile: true,
});
const inputs = Object.keys(metafile.inputs).join('\n');
const packages = [...new Set(inputs.match(/^node_modules\/(@[^/]+\/)?[^/]+/gm))].sort();
const licenses = packages.map((place) => {
  const name = readdirSync(place).find((file) => /^licen[cs]e/i.test(file));
  return `${place.replace('node_modules/', '')}\n\n${readFileSync(`${place}/${name}`, 'utf8')}`;
});
writeFileSync('build/licenses.txt', licenses.join('\n\n'));
copyFileSync('../../LICENSE', 'LICENSE');
