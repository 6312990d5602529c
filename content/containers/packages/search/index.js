import { existsSync, readFileSync } from 'node:fs';
import { deletions } from './deletions.js';
import { names } from './names.js';

const parts = new Map();

/** A part of the index, read when it is first wanted. */
function part(length) {
  if (!parts.has(length)) {
    const file = new URL(`./index/${length}.txt`, import.meta.url);
    parts.set(length, existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []);
  }
  return parts.get(length);
}

/** Position of the first line that does not sort before the text. */
function firstFrom(lines, text) {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle] < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `search('bras lantrn')` is `['brass lantern']`: the names that share the most with the query, at most five. */
export function search(query) {
  const shared = new Map();
  for (const text of deletions(query.trim().toLowerCase())) {
    const lines = part(text.length);
    for (let i = firstFrom(lines, `${text}\t`); lines[i]?.startsWith(`${text}\t`); i++) {
      const name = names[Number(lines[i].slice(text.length + 1))];
      if (text.length > (shared.get(name) ?? 0)) shared.set(name, text.length);
    }
  }
  const longest = Math.max(...shared.values(), 0);
  return [...shared.keys()].filter((name) => shared.get(name) === longest).slice(0, 5);
}
