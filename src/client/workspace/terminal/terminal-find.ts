import { SearchAddon } from '@xterm/addon-search';
import type { IMarker, Terminal } from '@xterm/xterm';

/** Matches that are marked and counted; for more than these nobody looks through them one by one. */
export const FOUND_MAX = 1_000;
const FIND_COLOURS = {
  matchBackground: '#5b4a1e',
  matchOverviewRuler: '#f0c66a',
  activeMatchBackground: '#a8641a',
  activeMatchColorOverviewRuler: '#ff9d4d',
};

export interface FindOptions {
  direction: 'next' | 'previous';
  matchCase: boolean;
  /** The text is still being typed: what is found already stays if it fits. */
  incremental?: boolean;
}

/** The match that the reader is at, in cells. A marker follows its line when lines above it go or wrap anew. */
interface Place {
  line: IMarker;
  column: number;
  width: number;
}

/** Finding in the scrollback of `terminal`. The addon goes on from what is selected. */
export class TerminalFind {
  readonly #terminal: Terminal;
  readonly #search = new SearchAddon({ highlightLimit: FOUND_MAX });
  #matchCase = false;
  #place: Place | undefined;

  constructor(terminal: Terminal, onMatches: (matches: { index: number; count: number }) => void) {
    this.#terminal = terminal;
    terminal.loadAddon(this.#search);
    this.#search.onDidChangeResults(({ resultIndex, resultCount }) =>
      onMatches({ index: resultIndex, count: resultCount }),
    );
    // Another height takes the selection away (https://github.com/xtermjs/xterm.js/issues/5300), after this event.
    terminal.onResize(() => queueMicrotask(() => this.#return()));
  }

  find(text: string, { direction, matchCase, incremental = false }: FindOptions): void {
    const options = { decorations: FIND_COLOURS, caseSensitive: matchCase, incremental };
    // The addon marks afresh when the text changes, not when the case begins or ceases to count.
    if (matchCase !== this.#matchCase) this.#search.clearDecorations();
    this.#matchCase = matchCase;
    if (!text) this.#search.clearDecorations();
    else if (direction === 'next') this.#search.findNext(text, options);
    else this.#search.findPrevious(text, options);
    this.#remember();
    // After a resize xterm.js may set its scroll bar, and with it the view, a frame later than the addon scrolls.
    requestAnimationFrame(() => requestAnimationFrame(() => this.#bringIntoView()));
  }

  end(): void {
    this.#search.clearDecorations();
    this.#terminal.clearSelection();
    this.#remember();
  }

  #remember(): void {
    this.#place?.line.dispose();
    this.#place = undefined;
    const selected = this.#terminal.getSelectionPosition();
    if (!selected) return;
    const { start, end } = selected;
    const { baseY, cursorY } = this.#terminal.buffer.active;
    this.#place = {
      line: this.#terminal.registerMarker(start.y - baseY - cursorY),
      column: start.x,
      width: (end.y - start.y) * this.#terminal.cols + end.x - start.x,
    };
  }

  #bringIntoView(): void {
    const line = this.#place?.line.line;
    if (line === undefined || line < 0) return;
    const { rows, buffer } = this.#terminal;
    const { viewportY } = buffer.active;
    if (line < viewportY || line >= viewportY + rows) this.#terminal.scrollToLine(line - Math.floor(rows / 2));
  }

  #return(): void {
    const place = this.#place;
    if (!place || place.line.isDisposed || this.#terminal.hasSelection()) return;
    this.#terminal.select(place.column, place.line.line, place.width);
  }
}
