import { expect, test } from 'vitest';
import type { LabLesson } from '../../../../sandbox-server/lab/lessons.ts';
import { WarmPool } from '../../../../sandbox-server/session/pool/warm-pool.ts';
import { SessionRegistry } from '../../../../sandbox-server/session/registry.ts';
import { labLesson } from '../../../support/lab-lesson.ts';
import { settle } from '../../../support/manual-clock.ts';
import { MINUTE, testServices } from '../../../support/session-services.ts';

const ONE = labLesson('c/m/one');
const TWO = labLesson('c/m/two');
/** Of a kind of its own. */
const PAIR = labLesson('c/m/pair', { sandbox: { machines: ['web', 'db'] } });
const SETUP = labLesson('c/m/setup', { sandbox: { setup: ['mkdir x'] } });
const NEEDY = labLesson('c/m/needy', { sandbox: { needs: ['cgroups'] } });
const LESSONS: LabLesson[] = [ONE, TWO, PAIR, SETUP, NEEDY];

async function server(options: { total?: number; maxSessions?: number } = {}) {
  const { total = 3, maxSessions = 10 } = options;
  const services = testServices({ maxSessions, maxPerLearner: 5 });
  const { backend, clock, log } = services;
  const pool = new WarmPool({ backend, clock, log, limits: { total, perKind: 2 } });
  const registry = new SessionRegistry({ ...services, pool }, (id) => {
    const lesson = LESSONS.find((known) => known.id === id);
    return lesson ? Promise.resolve(lesson) : Promise.reject(new Error('no such lesson'));
  });
  await registry.open();
  return { services, backend, clock, pool, registry };
}

test('whoever opened a lesson finds a sandbox that runs; another takes its place', async () => {
  const { backend, clock, pool, registry } = await server();
  await registry.expect('ann', ONE.id);
  await clock.advance(1_000);
  expect(pool.size).toBe(1);
  const [warm] = pool.ids();
  const made = backend.made;
  const { session } = await registry.create('ann', ONE.id);
  await settle();
  expect(session.state).toBe('ready');
  expect(session.sandbox.id).toBe(warm);
  expect(backend.made).toBe(made);
  expect(session.view().terminals.map(({ title }) => title)).toEqual(['host']);
  await clock.advance(5_000);
  expect(pool.size).toBe(1);
  expect(pool.ids()).not.toContain(warm);
});

test('lessons that differ in their files only share what is warm; others do not', async () => {
  const { clock, pool, registry } = await server();
  await registry.expect('ann', ONE.id);
  await clock.advance(1_000);
  expect([ONE, TWO, PAIR, SETUP].map((lesson) => pool.has(lesson))).toEqual([true, true, false, false]);
});

test('nothing is made for a lab that the sandboxes here cannot meet', async () => {
  const { backend, clock, pool, registry } = await server();
  backend.lacking = ['cgroups'];
  await registry.expect('ann', NEEDY.id);
  await clock.advance(1_000);
  expect(pool.size).toBe(0);
  backend.lacking = [];
  await registry.expect('ann', NEEDY.id);
  await clock.advance(1_000);
  expect(pool.size).toBe(1);
});

test('there are as many as learners asked for, at most so many of a kind and in all', async () => {
  const { clock, pool, registry } = await server({ total: 3 });
  for (const learner of ['ann', 'bob', 'cay', 'dan']) await registry.expect(learner, ONE.id);
  await clock.advance(5_000);
  expect(pool.size).toBe(2);
  for (const learner of ['ann', 'bob']) await registry.expect(learner, PAIR.id);
  await clock.advance(5_000);
  expect(pool.size).toBe(3);
  expect([ONE, PAIR].map((lesson) => pool.has(lesson))).toEqual([true, true]);
});

test('what nobody asked for lately is given back', async () => {
  const { backend, clock, pool, registry } = await server();
  await registry.expect('ann', ONE.id);
  await clock.advance(1_000);
  await clock.advance(19 * MINUTE);
  expect(pool.size).toBe(1);
  await clock.advance(2 * MINUTE);
  expect(pool.size).toBe(0);
  expect(backend.sandboxes.size).toBe(0);
});

test('one is made at a time, and none while a learner starts', async () => {
  const { backend, clock, pool, registry } = await server();
  let most = 0;
  backend.onCreate = async () => {
    most = Math.max(most, backend.making);
    await settle(3);
  };
  for (const learner of ['ann', 'bob']) await registry.expect(learner, ONE.id);
  await registry.expect('ann', PAIR.id);
  await clock.advance(5_000);
  expect([pool.size, most]).toEqual([3, 1]);

  const { promise: slow, resolve } = Promise.withResolvers<void>();
  backend.onCreate = () => slow;
  const { session } = await registry.create('dan', SETUP.id);
  await registry.create('ann', ONE.id);
  await clock.advance(20_000);
  expect(session.state).toBe('starting');
  expect(backend.making).toBe(1);
  resolve();
  await clock.advance(5_000);
  expect(session.state).toBe('ready');
});

test('what is being made for the pool is taken by who asks meanwhile', async () => {
  const { backend, clock, registry } = await server();
  const { promise: slow, resolve } = Promise.withResolvers<void>();
  backend.onCreate = () => slow;
  await registry.expect('ann', ONE.id);
  await clock.advance(100);
  const { session } = await registry.create('ann', ONE.id);
  expect(session.state).toBe('starting');
  resolve();
  await settle();
  expect(session.state).toBe('ready');
  expect(backend.sandboxes.size).toBe(1);
});

test('the last places are the learners’: a warm one makes room for somebody of another kind', async () => {
  const { backend, clock, pool, registry } = await server({ maxSessions: 2 });
  await registry.expect('ann', ONE.id);
  await clock.advance(1_000);
  await registry.create('bob', PAIR.id);
  await settle();
  expect(pool.size).toBe(1);
  const { session } = await registry.create('cay', SETUP.id);
  await settle();
  expect(session.state).toBe('ready');
  expect(pool.size).toBe(0);
  await clock.advance(MINUTE);
  expect([pool.size, backend.sandboxes.size]).toEqual([0, 2]);
});

test('a reset takes a warm one, and the old one goes', async () => {
  const { backend, clock, pool, registry } = await server();
  const { session } = await registry.create('ann', ONE.id);
  await settle();
  await clock.advance(5_000);
  const [warm] = pool.ids();
  const old = session.sandbox.id;
  await session.reset();
  await settle();
  expect([session.state, session.sandbox.id]).toEqual(['ready', warm]);
  expect(backend.sandboxes.has(old)).toBe(false);
});

test('one whose shell or engine died is not handed out', async () => {
  const { backend, clock, pool, registry } = await server();
  await registry.expect('ann', ONE.id);
  await clock.advance(1_000);
  backend.shells.at(-1)!.end(0);
  await settle();
  const [dead] = pool.ids();
  const { session } = await registry.create('ann', ONE.id);
  await settle();
  expect(session.state).toBe('ready');
  expect(session.sandbox.id).not.toBe(dead);
  await clock.advance(5_000);
  const [next] = pool.ids();
  backend.lose({ id: next!, machine: 'host', reason: 'died' });
  await settle();
  expect(pool.ids()).not.toContain(next);
});

test('a warm one that cannot be made the lesson’s is replaced by a new one', async () => {
  const { backend, clock, registry, services } = await server();
  await registry.expect('ann', ONE.id);
  await clock.advance(1_000);
  backend.sandboxes.clear();
  backend.fail = (command) => command[0] === '/usr/bin/tar' && backend.sandboxes.size === 0;
  const { session } = await registry.create('ann', ONE.id);
  await settle();
  expect(session.state).toBe('ready');
  expect(services.log.at('warn').join()).toMatch(/of no use/);
});

test('a pool that cannot be filled rests, and learners are served all the same', async () => {
  const { backend, clock, pool, registry, services } = await server();
  let tries = 0;
  backend.onCreate = (spec) => {
    if (!spec.id.startsWith('warm')) return Promise.resolve();
    tries++;
    return Promise.reject(new Error('no'));
  };
  await registry.expect('ann', ONE.id);
  await clock.advance(50_000);
  expect(tries).toBe(1);
  expect((await registry.create('ann', ONE.id)).session.state).toBe('starting');
  await clock.advance(MINUTE);
  expect([tries, pool.size]).toEqual([2, 0]);
  expect(services.log.at('warn').length).toBeGreaterThan(0);
});

test('the next server removes what an old one’s pool left, and stopping leaves nothing', async () => {
  const { backend, clock, services, pool, registry } = await server();
  await registry.expect('ann', ONE.id);
  await clock.advance(1_000);
  registry.release();
  expect(backend.sandboxes.size).toBe(1);
  const next = new SessionRegistry(services, () => Promise.resolve(ONE));
  await next.open();
  await settle();
  expect(backend.sandboxes.size).toBe(0);
  expect(pool.size).toBe(1);
});

test('stopping the server while a warm one is made leaves nothing', async () => {
  const { backend, clock, registry } = await server();
  const { promise: slow, resolve } = Promise.withResolvers<void>();
  backend.onCreate = () => slow;
  await registry.expect('ann', ONE.id);
  await clock.advance(100);
  const stopping = registry.stopAll();
  resolve();
  await stopping;
  expect(backend.sandboxes.size).toBe(0);
});

test('switched off, nothing is made ahead', async () => {
  const { backend, clock, registry } = await server({ total: 0 });
  await registry.expect('ann', ONE.id);
  await clock.advance(MINUTE);
  expect(backend.sandboxes.size).toBe(0);
});
