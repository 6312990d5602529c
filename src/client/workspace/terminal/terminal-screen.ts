import { FitAddon } from '@xterm/addon-fit';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { Terminal } from '@xterm/xterm';
import type { TerminalSize } from '../../../../sandbox-server/protocol/terminal.ts';
import { FollowOutput } from './follow-output.ts';
import { asPaste } from './paste-text.ts';
import type { PromptTracker } from './prompt-tracker.ts';
import { type FindOptions, TerminalFind } from './terminal-find.ts';
import { addKeys } from './terminal-keys.ts';
import { addLinks } from './terminal-links.ts';
import { drawWithWebgl, fontsReady } from './terminal-drawing.ts';
import { onThemeChange, terminalTheme } from './terminal-theme.ts';

/** Lines that can be scrolled back to: more than KEPT_BYTES of the server usually hold. */
const SCROLLBACK_LINES = 10_000;
/** WCAG 2.2 AA for text, whatever colours a program picks. */
const CONTRAST = 4.5;
const OSC_SEMANTIC_PROMPT = 133;

export interface TerminalScreenOptions {
  label: string;
  fontSize: number;
  screenReader: boolean;
  /** The keyboard has ⌘. */
  apple: boolean;
}

export interface TerminalScreenHandlers {
  onData: (data: string) => void;
  onBinary: (data: string) => void;
  onFit: (size: TerminalSize) => void;
  onFind: () => void;
  onCopied: (characters: number) => void;
  onHover: (address: string | undefined) => void;
  /** `SessionView.preview` */
  preview: () => string | undefined;
  onMatches: (matches: { index: number; count: number }) => void;
}

/** xterm.js with everything that this page adds to it. `element` goes into the pane. */
export class TerminalScreen {
  readonly element = document.createElement('div');
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #find: TerminalFind;
  readonly #follow: FollowOutput;
  readonly #handlers: TerminalScreenHandlers;
  readonly #cleanups: (() => void)[] = [];
  readonly #label: string;
  #opened = false;
  #wantsFocus = false;

  constructor(options: TerminalScreenOptions, tracker: PromptTracker, handlers: TerminalScreenHandlers) {
    this.#handlers = handlers;
    this.element.className = 'ws-screen';
    const style = getComputedStyle(document.documentElement);
    const theme = () => terminalTheme((property) => style.getPropertyValue(property));
    this.#terminal = new Terminal({
      allowProposedApi: true, // Unicode 11 widths and search decorations need it
      cursorBlink: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
      drawBoldTextInBrightColors: false,
      fontFamily: style.getPropertyValue('--mono').trim() || 'monospace',
      fontSize: options.fontSize,
      lineHeight: 1.25,
      logLevel: 'off', // a binary that is printed would fill the console with complaints

      macOptionClickForcesSelection: true,
      minimumContrastRatio: CONTRAST,
      screenReaderMode: options.screenReader,
      scrollback: SCROLLBACK_LINES,
      theme: theme(),
    });
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.loadAddon(new Unicode11Addon());
    this.#terminal.unicode.activeVersion = '11';
    addLinks(this.#terminal, { hover: handlers.onHover, preview: handlers.preview });
    addKeys(this.#terminal, options.apple, { find: handlers.onFind, copied: handlers.onCopied });
    this.#terminal.parser.registerOscHandler(OSC_SEMANTIC_PROMPT, (data) => {
      tracker.mark(data);
      return true;
    });
    this.#follow = new FollowOutput(this.#terminal, this.element);
    this.#terminal.onData(handlers.onData);
    this.#terminal.onBinary(handlers.onBinary);
    this.#find = new TerminalFind(this.#terminal, handlers.onMatches);
    this.#cleanups.push(onThemeChange(() => (this.#terminal.options.theme = theme())));
    this.#label = options.label;
  }

  /** Into the document: sizes can be measured from now on. Later calls just fit. */
  async show(): Promise<void> {
    if (!this.#opened) {
      this.#opened = true;
      await fontsReady(this.#terminal.options.fontSize ?? 14);
      if (!this.element.isConnected) {
        this.#opened = false;
        return;
      }
      this.#terminal.open(this.element);
      this.#terminal.textarea?.setAttribute('aria-label', `${this.#label}. F6 leaves the terminal.`);
      this.#interceptPaste();
      this.#watchSize();
      if (this.#wantsFocus) this.focus();
      await drawWithWebgl(this.#terminal);
    }
    this.fit();
  }

  write(data: string | Uint8Array, parsed?: () => void): void {
    this.#terminal.write(data, parsed);
  }

  resize({ cols, rows }: TerminalSize): void {
    if (cols !== this.#terminal.cols || rows !== this.#terminal.rows) this.#terminal.resize(cols, rows);
  }

  fit(): void {
    const size = this.#opened && this.element.offsetParent !== null ? this.#fit.proposeDimensions() : undefined;
    if (size && Number.isFinite(size.cols) && Number.isFinite(size.rows)) this.#handlers.onFit(size);
  }

  /** As if it had been pasted and then Enter pressed. */
  run(code: string): void {
    this.#follow.resume();
    this.#terminal.input(`${asPaste(code, this.#terminal.modes.bracketedPasteMode)}\r`);
  }

  /** As if these keys had been pressed. */
  press(keys: string): void {
    this.#terminal.input(keys);
  }

  get takesBracketedPaste(): boolean {
    return this.#terminal.modes.bracketedPasteMode;
  }

  /** Now, or as soon as it is there to have it. */
  focus(): void {
    this.#wantsFocus = this.#terminal.element === undefined;
    this.#terminal.focus();
  }

  find(text: string, options: FindOptions): void {
    this.#follow.pause();
    this.#find.find(text, options);
  }

  endFind(): void {
    this.#find.end();
  }

  setFontSize(pixels: number): void {
    this.#terminal.options.fontSize = pixels;
    this.fit();
  }

  setScreenReader(on: boolean): void {
    this.#terminal.options.screenReaderMode = on;
  }

  dispose(): void {
    for (const cleanup of this.#cleanups) cleanup();
    this.#follow.dispose();
    this.#terminal.dispose();
    this.element.remove();
  }

  /** Before xterm.js sees it: text that could end the bracketed paste must not get through. */
  #interceptPaste(): void {
    const onPaste = (event: ClipboardEvent) => {
      event.preventDefault();
      event.stopPropagation();
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (text) this.#terminal.input(asPaste(text, this.takesBracketedPaste));
    };
    this.element.addEventListener('paste', onPaste, { capture: true });
    this.#cleanups.push(() => this.element.removeEventListener('paste', onPaste, { capture: true }));
  }

  #watchSize(): void {
    const observer = new ResizeObserver(() => this.fit());
    observer.observe(this.element);
    this.#cleanups.push(() => observer.disconnect());
  }
}
