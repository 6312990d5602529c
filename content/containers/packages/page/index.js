const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text) {
  return String(text).replace(/[&<>"]/g, (character) => ESCAPES[character]);
}

/** `rows` are pairs: what is on the left, what is on the right. */
export function asText(title, rows, footer) {
  const width = Math.max(...rows.map(([left]) => left.length), 0);
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
  return [title, ...lines, footer, ''].join('\n');
}

export function asHtml(title, rows, footer) {
  const list = rows.map(([left, right]) => `<tr><td>${escape(left)}<td>${escape(right)}`).join('');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escape(title)}</title>
<style>body{font:18px/1.6 system-ui,sans-serif;margin:3rem auto;max-width:26rem}td{padding:.2rem 2rem .2rem 0}</style>
<h1>${escape(title)}</h1><table>${list}</table><p><small>${escape(footer)}</small></p></html>
`;
}
