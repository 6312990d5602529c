/**
 * The terminal stream: one WebSocket for each viewer of a terminal.
 *
 * `GET /api/sessions/:session/terminals/:terminal/stream?epoch=E&offset=N`
 *
 * Binary frames are bytes: what the terminal printed towards the page, what was typed towards the server.
 * Text frames are JSON control messages. Every printed byte has an offset within an epoch; an epoch is one life of
 * the stream's buffer. A returning viewer says the epoch and the offset of the next byte it lacks; the server answers
 * with `hello`, and the bytes that follow start at `hello.offset`.
 *
 * Many viewers of one terminal: all see the same bytes. The size is the smallest of those who may type and whose page is
 * looked at, so nobody sees a garbled or cut screen; a hidden page, a phone in a pocket, does not count while another one is
 * looked at. A program's question (device attributes, cursor, colours) is answered by one of them: the one that was used last
 * among those who may type, first of all one that is looked at. What a viewer's terminal answers by itself comes as `reply`,
 * apart from what was typed, so that the server can drop the answers of all the others.
 */

/** Sent to the page. */
export type TerminalServerMessage =
  | TerminalHello
  /** The size that was settled. */
  | { type: 'size'; cols: number; rows: number }
  /** So many bytes of what this viewer typed on this connection were handed on. Said every TAKEN_EVERY_BYTES. */
  | { type: 'taken'; bytes: number }
  | { type: 'pong' }
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
  | { type: 'ack'; offset: number }
  /** The page can be seen, or no more. A new viewer's can. */
  | { type: 'looking'; on: boolean }
  /** What the viewer's terminal answers to a program by itself. */
  | { type: 'reply'; data: string }
  /** Is the connection alive? Answered with `pong`. */
  | { type: 'ping' };

/** A viewer acknowledges after this many parsed bytes. */
export const ACK_EVERY_BYTES = 64 * 1024;
/** The server stops reading from a container when the fastest viewer lags by this much: about 30 full screens. */
export const HIGH_WATER_BYTES = 512 * 1024;
/** Reading goes on when the lag has fallen to this. */
export const LOW_WATER_BYTES = 128 * 1024;
/**
 * Kept for viewers that return; older output is gone. With HIGH_WATER_BYTES on their way to each viewer, this is what a terminal
 * costs at most: 1.5 MiB with one that has stalled.
 */
export const KEPT_BYTES = 1024 * 1024;

/** Of one frame of typed bytes; a large paste becomes several. */
export const INPUT_FRAME_BYTES = 16 * 1024;
/** A viewer types at most this far ahead of what was handed on to the shell: a paste waits in the page, not in the server. */
export const INPUT_WINDOW_BYTES = 256 * 1024;
/** How often a viewer hears what was handed on: four times in a window, so that typing never stops for want of it. */
export const TAKEN_EVERY_BYTES = 64 * 1024;
/** Of an automatic answer: a colour or a setting is far shorter. */
export const MAX_REPLY_CHARS = 1_024;

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
