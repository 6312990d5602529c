import type Docker from 'dockerode';
import type { Readable } from 'node:stream';
import { LABEL, ownedBy } from './labels.ts';

export interface LostContainer {
  id: string;
  machine: string;
  reason: 'died' | 'outOfMemory';
}

/** After the engine's event stream broke, it is asked for again this much later. */
const RETRY_MS = 1_000;
/** An event is a few hundred bytes; a line longer than this is not one. */
const MAX_LINE_BYTES = 64 * 1024;

/** Tells of containers of ours that died without being asked to. `expected` says which sandboxes are being removed. */
export function watchContainers(
  docker: Docker,
  owner: string,
  expected: Set<string>,
  onLost: (lost: LostContainer) => void,
): Disposable {
  const aborted = new AbortController();
  const outOfMemory = new Set<string>();

  const onLine = (line: string) => {
    const event = JSON.parse(line) as { Action?: string; Actor?: { ID?: string; Attributes?: Record<string, string> } };
    const id = event.Actor?.Attributes?.[LABEL.sandbox];
    const machine = event.Actor?.Attributes?.[LABEL.machine];
    const container = event.Actor?.ID;
    if (id === undefined || machine === undefined || container === undefined) return;
    if (event.Action === 'oom') outOfMemory.add(container);
    if (event.Action !== 'die') return;
    const reason = outOfMemory.delete(container) ? 'outOfMemory' : 'died';
    if (!expected.has(id)) onLost({ id, machine, reason });
  };

  const listen = async () => {
    const events = (await docker.getEvents({
      filters: { ...ownedBy(owner), type: ['container'], event: ['die', 'oom'] },
      abortSignal: aborted.signal,
    } as Docker.GetEventsOptions)) as Readable;
    let rest = '';
    for await (const chunk of events) {
      rest += String(chunk);
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE_BYTES) rest = '';
      for (const line of lines) if (line.trim() !== '') onLine(line);
    }
  };

  const loop = async () => {
    while (!aborted.signal.aborted) {
      // The engine may be restarting: what died meanwhile is found by the next reconciliation.
      await listen().catch(() => undefined);
      if (aborted.signal.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  };
  void loop();
  return { [Symbol.dispose]: () => aborted.abort() };
}
