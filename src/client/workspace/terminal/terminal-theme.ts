import type { ITheme } from '@xterm/xterm';

const COLOURS = {
  background: 'bg',
  foreground: 'fg',
  cursor: 'cursor',
  cursorAccent: 'bg',
  selectionBackground: 'selection',
  black: 'black',
  red: 'red',
  green: 'green',
  yellow: 'yellow',
  blue: 'blue',
  magenta: 'magenta',
  cyan: 'cyan',
  white: 'white',
  brightBlack: 'bright-black',
  brightRed: 'bright-red',
  brightGreen: 'bright-green',
  brightYellow: 'bright-yellow',
  brightBlue: 'bright-blue',
  brightMagenta: 'bright-magenta',
  brightCyan: 'bright-cyan',
  brightWhite: 'bright-white',
} as const satisfies Partial<Record<keyof ITheme, string>>;

/** The palette of the page's theme, from the `--term-…` tokens. */
export function terminalTheme(read: (property: string) => string): ITheme {
  const theme: ITheme = {};
  for (const [key, token] of Object.entries(COLOURS)) {
    const value = read(`--term-${token}`).trim();
    if (value) theme[key as keyof typeof COLOURS] = value;
  }
  return theme;
}

/** Calls back whenever the page's theme may have changed. Returns how to stop. */
export function onThemeChange(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'class', 'style'] });
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    system.removeEventListener('change', changed);
  };
}
