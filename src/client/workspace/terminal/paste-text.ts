const PASTE_START = '\x1b[200~';
const PASTE_END = '\x1b[201~';
/** C0 controls but tab and carriage return, DEL, and C1: none of them is text, each could end the paste or act as a key. */
const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

/** Text from a clipboard or a page as a terminal may get it: line ends as Enter sends them, nothing that acts. */
export function pasteText(text: string): string {
  return text.replaceAll(PASTE_END, '').replace(/\r?\n/g, '\r').replace(CONTROLS, '');
}

/** One paste; where the program asked for brackets, it sees where the paste ends and runs nothing before. */
export function asPaste(text: string, bracketed: boolean): string {
  const clean = pasteText(text);
  return bracketed ? `${PASTE_START}${clean}${PASTE_END}` : clean;
}
