import type { Terminal } from '@xterm/xterm';

/** The terminal is worth more than its font. */
const FONT_PATIENCE_MS = 1_500;

/** xterm.js measures a cell once: with the fallback font it would be wrong for good. */
export async function fontsReady(pixels: number): Promise<void> {
  const family = getComputedStyle(document.documentElement).getPropertyValue('--mono').trim();
  if (!family) return;
  const faces = ['', 'bold '].map((weight) => document.fonts.load(`${weight}${pixels}px ${family}`));
  await Promise.race([Promise.allSettled(faces), new Promise((resolve) => setTimeout(resolve, FONT_PATIENCE_MS))]);
}

/** Faster where the browser can; without it, or once its context is lost, xterm.js draws with the DOM. */
export async function drawWithWebgl(terminal: Terminal): Promise<void> {
  const { WebglAddon } = await import('@xterm/addon-webgl');
  if (!terminal.element?.isConnected) return;
  const webgl = new WebglAddon();
  webgl.onContextLoss(() => webgl.dispose());
  try {
    terminal.loadAddon(webgl);
  } catch {
    webgl.dispose();
  }
}
