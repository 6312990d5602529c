import type { Clock } from '../clock.ts';
import { boundedLines } from './bounded-lines.ts';
import type { EngineApi } from './engine-api.ts';
import { engineEvent } from './engine-schemas.ts';

/** One event of the engine, as far as anybody here looks at it. */
export interface EngineEvent {
  /** `container`, `image`, `network`, `volume`, `builder`, … */
  type: string;
  /** `start`, `die`, `pull`, … */
  action: string;
  /** Id or name of the object. */
  id: string;
}

export interface WatchOptions {
  engine: EngineApi;
  clock: Clock;
  signal: AbortSignal;
  onEvent: (event: EngineEvent) => void;
  /** The stream (re)connected: something may have been missed. */
  onConnected?: () => void;
  /** The stream broke; it is tried again. */
  onLost?: (error: unknown) => void;
}

/** Between two attempts to connect: doubled each time up to the longest. */
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;
/** An event of an honest engine is far shorter. */
const MAX_EVENT_CHARS = 64 * 1024;
/** Caused by looking (checks read files and run commands in containers), and no change of anything. */
const LOOKING = /^(exec_|archive-path|attach|detach|export|resize|save|top)/;

/** Follows the engine's events until aborted; reconnects by itself. Resolves when aborted, never rejects. */
export async function watchEngineEvents(options: WatchOptions): Promise<void> {
  const { signal, clock } = options;
  let retryMs = FIRST_RETRY_MS;
  while (!signal.aborted) {
    try {
      await follow(options, () => (retryMs = FIRST_RETRY_MS));
    } catch (error) {
      if (!isAborted(signal)) options.onLost?.(error);
    }
    if (isAborted(signal)) return;
    await pause(clock, retryMs, signal);
    retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
  }
}

async function follow({ engine, signal, onEvent, onConnected }: WatchOptions, onFirst: () => void): Promise<void> {
  const filters = JSON.stringify({ type: ['container', 'image', 'network', 'volume', 'builder'] });
  const response = await engine.stream('/events', { signal, query: { filters } });
  onConnected?.();
  for await (const line of boundedLines(response, MAX_EVENT_CHARS)) {
    onFirst();
    const event = parseEvent(line);
    if (event && !LOOKING.test(event.action)) onEvent(event);
  }
}

function parseEvent(line: string): EngineEvent | undefined {
  try {
    const { Type, Action, Actor } = engineEvent.parse(JSON.parse(line));
    return { type: Type, action: Action, id: Actor?.ID ?? '' };
  } catch {
    // A half line at a broken connection's end, or an event that this version does not know: the poll is the net.
    return undefined;
  }
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(ms, done);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      timer[Symbol.dispose]();
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}

/** A function, so that the compiler does not take the value for unchanged. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
