import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Job } from '../../../sandbox-server/verify/jobs-of-task.ts';
import { type Trip, Trips } from '../../../sandbox-server/verify/trips.ts';

/** A job of a task whose solution comes after so many steps. */
const job = (name: string, at: number, until = at) => ({ name, at, until }) as Job;

/** Trips that note what each one did; those of `spoils` leave nothing right behind them, those of `ends` know it. */
function travels(spoils: readonly string[] = [], ends: readonly string[] = []) {
  const log: string[][] = [];
  const trips = new Trips(async (trip: Trip) => {
    await turn();
    const first = trip.first();
    if (first === undefined) return;
    const did = [first.name];
    log.push(did);
    if (ends.includes(first.name)) return;
    let isSpoilt = spoils.includes(first.name);
    for (let next = await trip.next(); next !== undefined; next = await trip.next()) {
      if (isSpoilt) {
        trip.giveBack(next);
        return;
      }
      did.push(next.name);
      isSpoilt = spoils.includes(next.name);
    }
  });
  return { trips, log };
}

test('as few set out as can do all, four jobs of a step each', async () => {
  const { trips, log } = travels();
  trips.add([job('a1', 1), job('a2', 1)]);
  await turn();
  trips.add(['b1', 'b2', 'b3', 'b4', 'b5'].map((name) => job(name, 3)));
  trips.add([job('c1', 5)]);
  trips.end();
  await trips.done();
  expect(log.length).toBeLessThanOrEqual(2);
  expect(log.flat().sort()).toEqual(['a1', 'a2', 'b1', 'b2', 'b3', 'b4', 'b5', 'c1']);
});

test('what leads on comes after what leaves things as they were, and is followed by what it led to', async () => {
  const { trips, log } = travels();
  trips.add([job('solution', 1, 2), job('a1', 1), job('b1', 2)]);
  trips.end();
  await trips.done();
  expect(log).toEqual([['a1', 'solution', 'b1']]);
});

test('what was led past by the only one under way gets another', async () => {
  const { trips, log } = travels();
  trips.add([job('a1', 1), job('one', 1, 2), job('other', 1, 2)]);
  trips.end();
  await trips.done();
  expect(log).toEqual([['a1', 'one'], ['other']]);
});

test('one that ends early leaves the rest to another', async () => {
  const { trips, log } = travels([], ['a1']);
  trips.add([job('a1', 1), job('a2', 1)]);
  trips.end();
  await trips.done();
  expect(log).toEqual([['a1'], ['a2']]);
});

test('one that is ahead waits for what the page leads to', async () => {
  const { trips, log } = travels();
  trips.add([job('a1', 1)]);
  for (let n = 0; n < 5; n++) await turn();
  expect(log).toEqual([['a1']]);
  trips.add([job('b1', 2)]);
  trips.end();
  await trips.done();
  expect(log).toEqual([['a1', 'b1']]);
});

test('a job that was given back begins a trip of its own, and all are done', async () => {
  const { trips, log } = travels(['a1']);
  trips.add([job('a1', 1)]);
  trips.add([job('b1', 2)]);
  trips.add([job('c1', 3)]);
  trips.end();
  await trips.done();
  expect(log.map((did) => did.join(' '))).toEqual(['a1', 'b1 c1']);
});

test('without a job nobody sets out', async () => {
  const { trips, log } = travels();
  trips.end();
  await trips.done();
  expect(log).toEqual([]);
});
