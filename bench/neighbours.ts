import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type BenchServer, openTerminal, type Place } from './bed.ts';

/** Terminals in one sandbox: its shell container bounds its processes. */
const IN_ONE_SANDBOX = 25;

/** What the child process is told; see neighbours-process.ts. */
export interface NeighboursOrder {
  url: string;
  places: { cookie: string; session: string; terminals: string[] }[];
}

/** Busy terminals on a server, watched from a process of their own so that the measuring one does not pay for them. */
export class Neighbours implements AsyncDisposable {
  readonly count: number;
  readonly #child: ChildProcess;

  private constructor(count: number, child: ChildProcess) {
    this.count = count;
    this.#child = child;
  }

  static async start(server: BenchServer, count: number): Promise<Neighbours> {
    const places = await terminalsOn(server, count);
    const order: NeighboursOrder = {
      url: server.process.url,
      places: places.map(({ place, terminals }) => ({
        cookie: place.learner.cookie,
        session: place.session,
        terminals,
      })),
    };
    const child = fork(join(import.meta.dirname, 'neighbours-process.ts'), [JSON.stringify(order)]);
    await once(child, 'message');
    return new Neighbours(count, child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill();
    await gone;
  }
}

/** So many open terminals, on as few sandboxes as hold them. */
export async function terminalsOn(
  server: BenchServer,
  count: number,
  inOneSandbox: number = IN_ONE_SANDBOX,
): Promise<{ place: Place; terminals: string[] }[]> {
  const groups: { place: Place; terminals: string[] }[] = [];
  for (let left = count; left > 0; left -= inOneSandbox) {
    const place = await server.place();
    const terminals = [place.terminals[0]!.id];
    while (terminals.length < Math.min(left, inOneSandbox)) terminals.push(await openTerminal(place));
    groups.push({ place, terminals });
  }
  return groups;
}
