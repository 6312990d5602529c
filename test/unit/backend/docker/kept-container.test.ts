import type Docker from 'dockerode';
import { expect, test } from 'vitest';
import { KeptContainer } from '../../../../sandbox-server/backend/docker/kept-container.ts';

function containerThat(runs: () => boolean): Docker.Container {
  return { inspect: async () => ({ State: { Running: runs() } }) } as unknown as Docker.Container;
}

test('it is started once for all who ask, and again when it has stopped', async () => {
  let starts = 0;
  let runs = false;
  const kept = new KeptContainer(async () => {
    starts++;
    runs = true;
    return containerThat(() => runs);
  });
  await Promise.all([kept.running(), kept.running()]);
  expect(starts).toBe(1);
  runs = false;
  await Promise.all([kept.running(), kept.running()]);
  expect(starts).toBe(2);
});

test('a start that failed is made again, also when it was a second start', async () => {
  const answers = ['runs', 'engine gone', 'engine gone', 'runs'];
  let runs = false;
  const kept = new KeptContainer(async () => {
    const answer = answers.shift();
    if (answer !== 'runs') throw new Error(answer);
    runs = true;
    return containerThat(() => runs);
  });
  await kept.running();
  runs = false;
  await expect(kept.running()).rejects.toThrow('engine gone');
  await expect(kept.running()).rejects.toThrow('engine gone');
  expect(await (await kept.running()).inspect()).toMatchObject({ State: { Running: true } });
});
