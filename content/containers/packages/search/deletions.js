/** How many letters may be wrong. */
export const MAX_DISTANCE = 4;

/** The text itself and every text that is left when up to MAX_DISTANCE of its letters are taken away. */
export function deletions(text) {
  const found = new Set([text]);
  let last = [text];
  for (let distance = 1; distance <= MAX_DISTANCE; distance++) {
    const next = new Set();
    for (const each of last) {
      for (let i = 0; i < each.length; i++) next.add(each.slice(0, i) + each.slice(i + 1));
    }
    for (const each of next) found.add(each);
    last = [...next];
  }
  return found;
}
