import type { Terminal } from '@xterm/xterm';
import { WebLinksAddon } from '@xterm/addon-web-links';

const LOOPBACK = /^(localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/;

/** Only these may leave the page: what a sandbox prints is not to be trusted. */
export function webAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
}

/** The page behind an address. “localhost” is the sandbox's word for itself: here it is `<preview>/<port>/`. */
export function reachableAddress(address: string, preview: string | undefined): string {
  const { protocol, hostname, port, pathname, search, hash } = new URL(address);
  if (preview === undefined || protocol !== 'http:' || !LOOPBACK.test(hostname)) return address;
  return `${preview}/${port || '80'}${pathname}${search}${hash}`;
}

/** Where there is a keyboard, a plain click selects text; Ctrl or ⌘ opens. A finger has no Ctrl. */
function meansToOpen(event: MouseEvent): boolean {
  return event.ctrlKey || event.metaKey || window.matchMedia('(pointer: coarse)').matches;
}

export interface TerminalLinkActions {
  /** The real address, whatever the link's text says. */
  hover: (address: string | undefined) => void;
  /** `SessionView.preview` */
  preview: () => string | undefined;
}

/** Addresses in the text and OSC 8 links. */
export function addLinks(terminal: Terminal, actions: TerminalLinkActions): void {
  const open = (event: MouseEvent, text: string) => {
    const address = webAddress(text);
    if (address === undefined || !meansToOpen(event)) return;
    window.open(reachableAddress(address, actions.preview()), '_blank', 'noopener,noreferrer');
  };
  const hover = (_event: MouseEvent, text: string) => actions.hover(webAddress(text));
  const leave = () => actions.hover(undefined);
  terminal.options.linkHandler = { activate: open, hover, leave, allowNonHttpProtocols: false };
  terminal.loadAddon(new WebLinksAddon(open, { hover, leave }));
}
