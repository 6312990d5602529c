import { execLine, type Line, ourLine, printed, runs, ttydLine } from '../line.ts';
import { beside, type Measure } from '../measure.ts';
import { median } from '../statistics.ts';
import { Ttyd } from '../ttyd.ts';

const MEGABYTES = 48;
const ROUNDS = 5;

export const throughput: Measure = {
  name: 'throughput',
  about: 'a large output to the browser side, beside ttyd and beside the engine’s own exec drained in this process',
  run: async (bed) => {
    await using server = await bed.server();
    const place = await server.place();
    const shell = await server.shellOf(place);
    await using ttyd = await Ttyd.beside(bed, shell, server.labels);
    const lines = {
      ours: await ourLine(place.learner, place.session, place.terminals[0]!.id),
      ttyd: await ttydLine(ttyd.port),
      exec: await execLine(bed.docker, shell),
    };
    await runs(lines.ours, `head -c ${MEGABYTES * 750_000} /dev/urandom | base64 > ~/large.txt`);
    const speeds: Record<keyof typeof lines, number[]> = { ours: [], ttyd: [], exec: [] };
    for (let round = -1; round < ROUNDS; round++) {
      for (const name of ['ours', 'ttyd', 'exec'] as const) {
        const speed = await speedOf(lines[name]);
        if (round >= 0) speeds[name].push(speed);
      }
    }
    for (const line of Object.values(lines)) line.close();
    const [ours, theirs, exec] = [median(speeds.ours), median(speeds.ttyd), median(speeds.exec)];
    return [
      beside('large output to the browser side, beside ttyd', 'MB/s', ours, theirs, { atLeast: 1.5 }),
      beside('the same, beside the engine’s own exec', 'MB/s', ours, exec, { atLeast: 0.8 }),
    ];
  },
};

/** Megabytes a second from the command to its last byte. */
async function speedOf(line: Line): Promise<number> {
  const seen = printed(line, 'large-end');
  const begun = performance.now();
  line.write(`cat ~/large.txt; printf 'large-%s' end\r`);
  await seen;
  return MEGABYTES / ((performance.now() - begun) / 1000);
}
