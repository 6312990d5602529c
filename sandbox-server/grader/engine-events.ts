import type { Clock } from '../clock.ts';
import { boundedLines } from './bounded-lines.ts';
import type { EngineApi } from './engine-api.ts';
import { engineEvent } from './engine-schemas.ts';
import { keepFollowing } from './keep-following.ts';

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

/** An event of an honest engine is far shorter. */
const MAX_EVENT_CHARS = 64 * 1024;
/** Caused by looking (checks read files and run commands in containers), and no change of anything. */
const LOOKING = /^(exec_|archive-path|attach|detach|export|resize|save|top)/;

/** Follows the engine's events until aborted; reconnects by itself. Resolves when aborted, never rejects. */
export async function watchEngineEvents(options: WatchOptions): Promise<void> {
  const { clock, signal, onLost } = options;
  await keepFollowing({ clock, signal, onLost, follow: (onWord) => follow(options, onWord) });
}

async function follow({ engine, signal, onEvent, onConnected }: WatchOptions, onWord: () => void): Promise<void> {
  const filters = JSON.stringify({ type: ['container', 'image', 'network', 'volume', 'builder'] });
  const response = await engine.stream('/events', { signal, query: { filters } });
  onConnected?.();
  for await (const line of boundedLines(response, MAX_EVENT_CHARS)) {
    onWord();
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
