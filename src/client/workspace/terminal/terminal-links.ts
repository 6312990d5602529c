import type { Terminal } from '@xterm/xterm';
import { WebLinksAddon } from '@xterm/addon-web-links';

/** Only these may leave the page: what a sandbox prints is not to be trusted. */
export function webAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
}

/** Where there is a keyboard, a plain click selects text; Ctrl or ⌘ opens. A finger has no Ctrl. */
function meansToOpen(event: MouseEvent): boolean {
  return event.ctrlKey || event.metaKey || window.matchMedia('(pointer: coarse)').matches;
}

function open(event: MouseEvent, text: string): void {
  const address = webAddress(text);
  if (address && meansToOpen(event)) window.open(address, '_blank', 'noopener,noreferrer');
}

/** Addresses in the text and OSC 8 links. `onHover` gets the real address, whatever the link's text says. */
export function addLinks(terminal: Terminal, onHover: (address: string | undefined) => void): void {
  const hover = (_event: MouseEvent, text: string) => onHover(webAddress(text));
  const leave = () => onHover(undefined);
  terminal.options.linkHandler = { activate: open, hover, leave, allowNonHttpProtocols: false };
  terminal.loadAddon(new WebLinksAddon(open, { hover, leave }));
}
