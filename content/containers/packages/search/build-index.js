/*
 * Runs once, when the package is installed. The index maps every misspelling that only lacks letters to the names it may
 * have meant, so that a search is a look-up. Two passes: first into work files, one for each length; then each work file
 * is sorted into its part of the index.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { deletions } from './deletions.js';
import { names } from './names.js';

const workFolder = '/tmp/shop-search';
const indexFolder = new URL('./index/', import.meta.url);
mkdirSync(workFolder, { recursive: true });
mkdirSync(indexFolder, { recursive: true });

const linesByLength = new Map();
names.forEach((name, number) => {
  for (const text of deletions(name)) {
    if (!linesByLength.has(text.length)) linesByLength.set(text.length, []);
    linesByLength.get(text.length).push(`${text}\t${number}`);
  }
});
for (const [length, lines] of linesByLength) writeFileSync(`${workFolder}/${length}.txt`, lines.join('\n'));

for (const length of linesByLength.keys()) {
  const lines = readFileSync(`${workFolder}/${length}.txt`, 'utf8').split('\n');
  writeFileSync(new URL(`${length}.txt`, indexFolder), lines.sort().join('\n'));
}
