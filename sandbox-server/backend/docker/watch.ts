import type Docker from 'dockerode';
import type { Readable } from 'node:stream';
import type { LostPart } from '../backend.ts';
import { LABEL, ownedBy } from './labels.ts';

/** After the engine's event stream broke, it is asked for again this much later. */
const RETRY_MS = 1_000;
/** When a container has not died this long after it ran out of memory, it was only one of its programs that was killed. */
const DEATH_MS = 2_000;
/** An event is a few hundred bytes; a line longer than this is not one. */
const MAX_LINE_BYTES = 64 * 1024;

/** Tells of containers of ours that died without being asked to. `expected` says which sandboxes are being removed. */
export function watchContainers(
  docker: Docker,
  owner: string,
  expected: Set<string>,
  onLost: (lost: LostPart) => void,
  onReturn: () => void,
  onMirrorDied: () => void,
): Disposable {
  const aborted = new AbortController();
  /** Containers that ran out of memory just now. */
  const outOfMemory = new Map<string, NodeJS.Timeout>();

  const onLine = (line: string) => {
    const event = JSON.parse(line) as { Action?: string; Actor?: { ID?: string; Attributes?: Record<string, string> } };
    if (event.Action === 'die' && event.Actor?.Attributes?.[LABEL.role] === 'mirror') onMirrorDied();
    const id = event.Actor?.Attributes?.[LABEL.sandbox];
    const machine = event.Actor?.Attributes?.[LABEL.machine];
    const container = event.Actor?.ID;
    if (id === undefined || machine === undefined || container === undefined) return;
    const tell = (reason: LostPart['reason']) => {
      clearTimeout(outOfMemory.get(container));
      outOfMemory.delete(container);
      if (!expected.has(id) && !aborted.signal.aborted) onLost({ id, machine, reason });
    };
    if (event.Action === 'die') tell(outOfMemory.has(container) ? 'outOfMemory' : 'died');
    else if (!outOfMemory.has(container))
      outOfMemory.set(container, setTimeout(() => tell('programKilled'), DEATH_MS).unref());
  };

  let away = false;
  const listen = async () => {
    const events = (await docker.getEvents({
      filters: { ...ownedBy(owner), type: ['container'], event: ['die', 'oom'] },
      abortSignal: aborted.signal,
    } as Docker.GetEventsOptions)) as Readable;
    if (away) onReturn();
    away = false;
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
      // The engine may be restarting.
      await listen().catch(() => undefined);
      if (aborted.signal.aborted) return;
      away = true;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  };
  void loop();
  return { [Symbol.dispose]: () => aborted.abort() };
}
