/**
 * The terminal stream: one WebSocket for each viewer of a terminal.
 *
 * `GET /api/sessions/:session/terminals/:terminal/stream?epoch=E&offset=N`
 *
 * Binary frames are bytes: what the terminal printed towards the page, what was typed towards the server.
 * Text frames are JSON control messages. Every printed byte has an offset within an epoch; an epoch is one life of
 * the stream's buffer. A returning viewer says the epoch and the offset of the next byte it lacks; the server answers
 * with `hello`, and the bytes that follow start at `hello.offset`.
 */

/** Sent to the page. */
export type TerminalServerMessage =
  | TerminalHello
  /** The size that was settled: the smallest of all viewers that may type. */
  | { type: 'size'; cols: number; rows: number }
  /** The shell ended; the stream closes after it. `code` is null when it is not known. */
  | { type: 'exit'; code: number | null }
  | { type: 'error'; code: string; message: string; fix: string };

export interface TerminalHello {
  type: 'hello';
  epoch: string;
  /** Offset of the first byte that follows. */
  offset: number;
  /**
   * Offset of the first byte that is printed from now on. What lies before it is replayed: its queries (DA, DSR, colours)
   * were asked long ago, so the viewer's terminal must not answer them.
   */
  liveFrom: number;
  /** Bytes that were printed since the viewer's offset and are no longer kept; 0 when nothing is missing. */
  missed: number;
  /** True when this viewer continues the epoch it named: what it shows stays. False: it clears its screen first. */
  resumed: boolean;
  readOnly: boolean;
  cols: number;
  rows: number;
}

/** Sent to the server. */
export type TerminalClientMessage =
  | { type: 'resize'; cols: number; rows: number }
  /** Everything before `offset` was parsed by the viewer's terminal. */
  | { type: 'ack'; offset: number };

/** A viewer acknowledges after this many parsed bytes. */
export const ACK_EVERY_BYTES = 64 * 1024;
/** The server stops reading from a container when the fastest viewer lags by this much: about 30 full screens. */
export const HIGH_WATER_BYTES = 512 * 1024;
/** Reading goes on when the lag has fallen to this. */
export const LOW_WATER_BYTES = 128 * 1024;
/** Kept for viewers that return; older output is gone. */
export const KEPT_BYTES = 1024 * 1024;

/** Terminal sizes are clamped to this. */
export const MIN_COLS = 2;
export const MAX_COLS = 500;
export const MIN_ROWS = 1;
export const MAX_ROWS = 300;

export interface TerminalSize {
  cols: number;
  rows: number;
}

/** Whole numbers within the bounds above; anything that is not a finite number becomes 80 × 24. */
export function clampSize(cols: number, rows: number): TerminalSize {
  const clamp = (n: number, min: number, max: number, fallback: number) =>
    Number.isFinite(n) ? Math.min(max, Math.max(min, Math.floor(n))) : fallback;
  return { cols: clamp(cols, MIN_COLS, MAX_COLS, 80), rows: clamp(rows, MIN_ROWS, MAX_ROWS, 24) };
}
