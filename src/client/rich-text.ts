/** Text whose `backticks` mean code, as nodes. The text itself is never read as HTML: it may come from a sandbox. */
export function richText(page: Document, text: string): Node[] {
  const parts = text.split('`');
  return parts.map((part, index) => {
    const isCode = index % 2 === 1 && index < parts.length - 1;
    if (!isCode) return page.createTextNode(part);
    const code = page.createElement('code');
    code.textContent = part;
    return code;
  });
}
