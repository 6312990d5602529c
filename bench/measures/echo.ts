import { setTimeout as sleep } from 'node:timers/promises';
import { type Line, ourLine, printed, runs, ttydLine } from '../line.ts';
import { atMost, beside, type Measure } from '../measure.ts';
import { Neighbours } from '../neighbours.ts';
import { percentile } from '../statistics.ts';
import { Ttyd } from '../ttyd.ts';

const KEYS = 2_000;
/** As fast as keys repeat, nearly. */
const PAUSE_MS = 5;
const NEIGHBOURS = 100;
const WARM_UP_KEYS = 100;

export const echo: Measure = {
  name: 'echo',
  about: 'from a keystroke to its echo, beside ttyd, alone and with 100 busy neighbours',
  run: async (bed) => {
    await using server = await bed.server();
    const place = await server.place();
    await using ttyd = await Ttyd.beside(bed, await server.shellOf(place), server.labels);
    const lines = [await ourLine(place.learner, place.session, place.terminals[0]!.id), await ttydLine(ttyd.port)];
    for (const line of lines) await echoing(line);
    await bed.settle();
    const [ours, theirs] = (await inTurns(lines, KEYS)) as [number[], number[]];
    const alone = [
      beside('keystroke to echo, p50', 'ms', percentile(ours, 0.5), percentile(theirs, 0.5), { atMost: 0.9 }),
      beside('keystroke to echo, p99', 'ms', percentile(ours, 0.99), percentile(theirs, 0.99), { atMost: 0.9 }),
    ];
    await using neighbours = await Neighbours.start(server, NEIGHBOURS);
    bed.note(`${neighbours.count} terminals are busy`);
    const [busy] = (await inTurns(lines.slice(0, 1), KEYS)) as [number[]];
    for (const line of lines) line.close();
    return [...alone, atMost(`the same with ${NEIGHBOURS} busy neighbours, p99`, 'ms', percentile(busy, 0.99), 50)];
  },
};

/** Puts a program on the line that sends back what it gets, byte for byte. */
async function echoing(line: Line): Promise<void> {
  await runs(line, 'true');
  const ready = printed(line, 'echo-on');
  line.write(`stty raw -echo; printf 'echo-%s' on; exec cat\r`);
  await ready;
}

/** One key on each line in turn, and how long each one's echo took, in ms. */
async function inTurns(lines: readonly Line[], keys: number): Promise<number[][]> {
  const took: number[][] = lines.map(() => []);
  for (let key = -WARM_UP_KEYS; key < keys; key++) {
    for (const [index, line] of lines.entries()) {
      const ms = await echoOf(line);
      if (key >= 0) took[index]!.push(ms);
      await sleep(PAUSE_MS);
    }
  }
  return took;
}

async function echoOf(line: Line): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>();
  line.onBytes(() => resolve());
  const begun = performance.now();
  line.write('x');
  await promise;
  return performance.now() - begun;
}
