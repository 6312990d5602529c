import type Docker from 'dockerode';
import { expect, test } from 'vitest';
import { Slots, slotOf, userOf } from '../../../../sandbox-server/backend/docker/slots.ts';

/** An engine whose networks have these slots. */
const engine = (...slots: number[]) =>
  ({
    listNetworks: () => Promise.resolve(slots.map((slot) => ({ Labels: { 'drydock.slot': String(slot) } }))),
  }) as unknown as Docker;

test('a sandbox gets the first slot that no network has', async () => {
  const { slot, made } = await new Slots(engine(0, 1, 3)).take(({ subnet }) => Promise.resolve(subnet));
  expect(slot.number).toBe(2);
  expect(made).toBe(slot.subnet);
});

test('two at once get different slots', async () => {
  const slots = new Slots(engine());
  const both = await Promise.all([1, 2].map(() => slots.take(() => new Promise((resolve) => setImmediate(resolve)))));
  expect(new Set(both.map(({ slot }) => slot.number)).size).toBe(2);
});

test('whoever finds the addresses taken goes on with the next', async () => {
  const taken = new Error('Pool overlaps with other one on this address space');
  const { slot } = await new Slots(engine()).take(({ number }) =>
    number < 2 ? Promise.reject(taken) : Promise.resolve(),
  );
  expect(slot.number).toBe(2);
});

test('another failure is told as it is', async () => {
  await expect(new Slots(engine()).take(() => Promise.reject(new Error('no engine')))).rejects.toThrow('no engine');
});

test('ids and addresses of slots never overlap, up to the last one', () => {
  const [first, second, last] = [slotOf(0), slotOf(1), slotOf(599)];
  expect([first.uid, second.uid, last.uid]).toEqual([60_578, 60_579, 61_177]);
  expect([first.subnet, second.subnet, last.subnet]).toEqual(['10.212.0.0/27', '10.212.0.32/27', '10.212.74.224/27']);
});

test('a sandbox has its slot’s user, or the one that its disks came with', () => {
  expect(userOf({ 'drydock.slot': '2' })).toBe(60_580);
  expect(userOf({ 'drydock.slot': '2', 'drydock.user': '60578' })).toBe(60_578);
});
