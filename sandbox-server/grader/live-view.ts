import type { Clock } from '../clock.ts';
import type { LiveView } from '../protocol/live.ts';
import type { EngineApi } from './engine-api.ts';

/** A snapshot of one machine's engine. */
export async function buildLiveView(engine: EngineApi, signal: AbortSignal): Promise<LiveView> {
  throw new Error(`not written yet: ${engine.machine} ${signal.aborted}`);
}

/** Keeps a live view current: `touch()` on every engine event; snapshots are coalesced and sent only when different. */
export class LiveViewSource implements Disposable {
  constructor(options: { engine: EngineApi; clock: Clock; onLive: (live: LiveView) => void; onError: (error: unknown) => void }) {
    void options;
  }

  /** On: sends a snapshot now and whenever something changes. */
  setOn(on: boolean): void {
    void on;
  }

  touch(): void {}

  /** The last snapshot, if any. */
  get current(): LiveView | undefined {
    return undefined;
  }

  [Symbol.dispose](): void {}
}
