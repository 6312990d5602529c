import type { Clock } from '../clock.ts';
import type { EngineApi } from './engine-api.ts';

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
}

/** Follows the engine's events until aborted; reconnects by itself. Resolves when aborted, never rejects. */
export async function watchEngineEvents(options: WatchOptions): Promise<void> {
  void options;
}
