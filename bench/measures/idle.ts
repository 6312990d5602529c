import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTerminal } from '../bed.ts';
import { ourLine } from '../line.ts';
import { atMost, type Measure } from '../measure.ts';

const TERMINALS = 500;
/** Each is three processes of its shell container, whose processes are bounded. */
const IN_ONE_SANDBOX = 60;
/** Until the server's heap has settled. */
const QUIET_MS = 5_000;

export const idle: Measure = {
  name: 'idle',
  about: `memory in the server for each of ${TERMINALS} open terminals at which nobody types`,
  run: async (bed) => {
    await using server = await bed.server();
    const places = [];
    for (let room = 0; room < TERMINALS; room += IN_ONE_SANDBOX) places.push(await server.place());
    await sleep(QUIET_MS);
    // What a session costs is not what a terminal costs.
    const before = residentKilobytes(server.pid);
    for (let terminal = 0; terminal < TERMINALS; terminal++) {
      const place = places[Math.floor(terminal / IN_ONE_SANDBOX)]!;
      await ourLine(place.learner, place.session, await openTerminal(place));
    }
    await sleep(QUIET_MS);
    const each = (residentKilobytes(server.pid) - before) / TERMINALS;
    return [atMost(`memory per idle terminal in the server, at ${TERMINALS}`, 'KB', each, 200)];
  },
};

function residentKilobytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}
