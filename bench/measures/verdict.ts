import { execToEnd } from '../exec.ts';
import { atMost, type Measure } from '../measure.ts';
import { percentile } from '../statistics.ts';

const ROUNDS = 40;

export const verdict: Measure = {
  name: 'verdict',
  about: 'from a state that is true to the verdict on the page’s socket',
  run: async (bed) => {
    await using server = await bed.server();
    const place = await server.place();
    const shell = await server.shellOf(place);
    const took: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const [command, state] of [
        ['create', 'done'],
        ['rm', 'lapsed'],
      ] as const) {
        // The moment it becomes true is at the latest the moment the command has said so.
        const told = place.events.taskIs('volume', state).then(() => performance.now());
        await execToEnd(bed.docker, shell, ['docker', 'volume', command, 'bench']);
        const isTrue = performance.now();
        took.push(Math.max(0, (await told) - isTrue));
      }
    }
    return [atMost('state true to verdict pushed, p95', 'ms', percentile(took, 0.95), 300)];
  },
};
