import { setTimeout as sleep } from 'node:timers/promises';
import { Learner } from '../../test/support/learner.ts';
import { type Bed, type BenchServer, LESSON } from '../bed.ts';
import { engineToPrompt, modelOf } from '../engine-alone.ts';
import { ourLine, printed } from '../line.ts';
import { atMost, beside, type Measure } from '../measure.ts';
import { median, percentile } from '../statistics.ts';

const WARM_CLICKS = 20;
const COLD_CLICKS = 8;
/** The pool has made the next sandbox long before this. */
const REFILL_MS = 6_000;

export const click: Measure = {
  name: 'click',
  about: 'from the click on “Start” to the first prompt, with a warm sandbox and without, beside the engine itself',
  run: async (bed) => [await warm(bed), await cold(bed)],
};

async function warm(bed: Bed) {
  await using server = await bed.server({ pool: { total: 2, perKind: 2 } });
  const took: number[] = [];
  await clickToPrompt(server);
  for (let turn = 0; turn < WARM_CLICKS; turn++) {
    await sleep(REFILL_MS);
    took.push(await clickToPrompt(server));
  }
  return atMost('click to prompt, warm pool, p95', 'ms', percentile(took, 0.95), 150);
}

async function cold(bed: Bed) {
  await using server = await bed.server();
  const place = await server.place();
  const model = await modelOf(bed.docker, server);
  await place.leave();
  const ours: number[] = [];
  const engine: number[] = [];
  for (let turn = 0; turn < COLD_CLICKS; turn++) {
    await bed.settle();
    ours.push(await clickToPrompt(server));
    await bed.settle();
    engine.push(await engineToPrompt(bed.docker, model, server.labels));
  }
  return beside('click to prompt, cold', 'ms', median(ours), median(engine), { atMost: 1.3 });
}

/** A new learner starts the lesson, and leaves when there is a prompt; how many milliseconds that took. */
async function clickToPrompt(server: BenchServer): Promise<number> {
  const learner = new Learner(server.process.url);
  await learner.request('GET', '/api/me');
  const begun = performance.now();
  const { id } = await learner.start(LESSON);
  const events = await learner.events(id);
  const { terminals } = await events.reaches('ready');
  const line = await ourLine(learner, id, terminals[0]!.id);
  await printed(line, '$ ');
  const took = performance.now() - begun;
  line.close();
  events.close();
  await learner.request('DELETE', `/api/sessions/${id}`);
  return took;
}
