import { expect, test } from 'vitest';
import { DrydockError } from '../../../sandbox-server/errors.ts';
import { SessionRegistry } from '../../../sandbox-server/session/registry.ts';
import { labLesson } from '../../support/lab-lesson.ts';
import { settle } from '../../support/manual-clock.ts';
import { MINUTE, testServices, type TestServices } from '../../support/session-services.ts';

const [ONE, TWO, THREE] = ['c/m/one', 'c/m/two', 'c/m/three'];
const KNOWN = new Set([ONE, TWO, THREE]);

function registryOf(services: TestServices) {
  return new SessionRegistry(services, (id) =>
    KNOWN.has(id) ? Promise.resolve(labLesson(id)) : Promise.reject(new DrydockError('unknown-lesson')),
  );
}

async function opened(services: TestServices = testServices()) {
  const registry = registryOf(services);
  await registry.open();
  await settle();
  return { services, registry };
}

/** A session that is ready. */
async function running(registry: SessionRegistry, learner: string, lesson: string) {
  const { session } = await registry.create(learner, lesson);
  await settle();
  expect(session.state).toBe('ready');
  return session;
}

test('starting the same lesson again gives the session that lives', async () => {
  const { registry } = await opened();
  const [first, second] = await Promise.all([registry.create('ann', ONE), registry.create('ann', ONE)]);
  expect(second.session).toBe(first.session);
  expect([first.isNew, second.isNew]).toEqual([true, false]);
});

test('a lab that needs what sandboxes here lack is refused before it starts, and the learner is told what it is', async () => {
  const services = testServices();
  const lesson = labLesson(ONE);
  const needy = { ...lesson, lab: { ...lesson.lab, sandbox: { ...lesson.lab.sandbox, needs: ['cgroups'] as const } } };
  const registry = new SessionRegistry(services, () => Promise.resolve(needy));
  await registry.open();
  services.backend.lacking = ['cgroups'];
  const refused = await registry.create('ann', ONE).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: 'unmet-needs',
    message: expect.stringMatching(/limits for single containers/),
  });
  expect(services.backend.sandboxes.size).toBe(0);
  expect((await registry.unmetNeeds(ONE))?.view()).toEqual((refused as DrydockError).view());
  services.backend.lacking = [];
  expect(await registry.unmetNeeds(ONE)).toBeUndefined();
  expect((await registry.create('ann', ONE)).isNew).toBe(true);
});

test('after it ended, the lesson starts anew', async () => {
  const { registry } = await opened();
  const old = await running(registry, 'ann', ONE);
  await old.stop();
  const { session, isNew } = await registry.create('ann', ONE);
  expect([isNew, session === old]).toEqual([true, false]);
});

test('an unknown lesson is refused and takes no place', async () => {
  const { registry } = await opened();
  await expect(registry.create('ann', 'no/such/lesson')).rejects.toMatchObject({ code: 'unknown-lesson' });
  expect(registry.of('ann')).toEqual([]);
});

test('a learner has a limited number of labs at once; ending one frees its place', async () => {
  const { registry } = await opened(testServices({ maxPerLearner: 2 }));
  const first = await running(registry, 'ann', ONE);
  await running(registry, 'ann', TWO);
  await expect(registry.create('ann', THREE)).rejects.toMatchObject({ code: 'too-many-sessions' });
  await running(registry, 'bob', THREE);
  await first.stop();
  await running(registry, 'ann', THREE);
});

test('another learner’s session looks like one that does not exist', async () => {
  const { registry } = await opened();
  const session = await running(registry, 'ann', ONE);
  expect(registry.get('ann', session.id)).toBe(session);
  const refusals = [
    ['bob', session.id],
    [undefined, session.id],
    ['bob', 'nothing'],
  ].map(([learner, id]) => {
    try {
      registry.get(learner, id!);
    } catch (error) {
      return (error as DrydockError).view();
    }
    return undefined;
  });
  expect(refusals[0]).toMatchObject({ code: 'unknown-session' });
  expect(refusals[1]).toEqual(refusals[0]);
  expect(refusals[2]).toEqual(refusals[0]);
});

test('a session that nobody uses ends by itself, and its page can still read why for a while', async () => {
  const { registry, services } = await opened();
  const session = await running(registry, 'ann', ONE);
  await services.clock.advance(29 * MINUTE);
  expect(session.state).toBe('ready');
  await services.clock.advance(2 * MINUTE);
  expect(session.view()).toMatchObject({ state: 'ended', problem: { code: 'session-idle' } });
  expect(services.backend.sandboxes.size).toBe(0);
  expect(registry.get('ann', session.id)).toBe(session);
  await services.clock.advance(15 * MINUTE);
  expect(() => registry.get('ann', session.id)).toThrow(DrydockError);
});

test('a session in use ends with its lifetime', async () => {
  const { registry, services } = await opened();
  const session = await running(registry, 'ann', ONE);
  for (let i = 0; i < 7; i++) {
    session.touch();
    await services.clock.advance(9 * MINUTE);
  }
  expect(session.view()).toMatchObject({ state: 'ended', problem: { code: 'session-expired' } });
});

test('a machine whose memory ran out fails its session and says so', async () => {
  const { registry, services } = await opened();
  const session = await running(registry, 'ann', ONE);
  services.backend.lose({ id: session.sandbox.id, machine: 'host', reason: 'outOfMemory' });
  await settle();
  expect(session.view()).toMatchObject({ state: 'failed', problem: { code: 'out-of-memory' } });
});

test('a machine that was stopped for its disk fails its session, says so, and the learner starts afresh', async () => {
  const { registry, services } = await opened();
  const session = await running(registry, 'ann', ONE);
  services.backend.lose({ id: session.sandbox.id, machine: 'host', reason: 'diskFull' });
  await settle();
  expect(session.view()).toMatchObject({ state: 'failed', problem: { code: 'disk-full' } });
  expect(services.backend.sandboxes.size).toBe(0);
  const again = await running(registry, 'ann', ONE);
  expect([again.state, again.sandbox.id === session.sandbox.id]).toEqual(['ready', false]);
});

test('a program that was killed for its memory is told to who looks, and the session goes on', async () => {
  const { registry, services } = await opened();
  const session = await running(registry, 'ann', ONE);
  const codes: string[] = [];
  session.subscribe((message) => message.type === 'error' && codes.push(message.error.code));
  services.backend.lose({ id: session.sandbox.id, machine: 'host', reason: 'programKilled' });
  await settle();
  expect(codes).toEqual(['program-killed']);
  expect(session.view()).toMatchObject({ state: 'ready' });
});

test('a machine that dies is started again with its files, and the learner is told; one that dies again and again is given up', async () => {
  const { registry, services } = await opened();
  const session = await running(registry, 'ann', ONE);
  const terminals = session.view().terminals;
  for (let died = 1; died <= 3; died++) {
    services.backend.lose({ id: session.sandbox.id, machine: 'host', reason: 'died' });
    expect(session.view()).toMatchObject({ state: 'recovering', notice: { code: 'recovering' } });
    await settle();
    expect(session.view()).toMatchObject({ state: 'ready', notice: { code: 'recovered' }, terminals });
  }
  services.backend.lose({ id: session.sandbox.id, machine: 'host', reason: 'died' });
  await settle();
  expect(session.view()).toMatchObject({ state: 'failed', problem: { code: 'sandbox-lost' } });
  expect(services.backend.sandboxes.size).toBe(0);
});

test('an engine that was restarted gets all machines started again, however long it was away', async () => {
  const { registry, services } = await opened();
  const one = await running(registry, 'ann', ONE);
  const two = await running(registry, 'bob', TWO);
  services.backend.onRevive = () => Promise.reject(new DrydockError('engine-gone'));
  services.backend.restartEngine();
  await services.clock.advance(MINUTE);
  expect([one.state, two.state]).toEqual(['recovering', 'recovering']);
  services.backend.onRevive = () => Promise.resolve();
  await services.clock.advance(2_000);
  expect([one.state, two.state]).toEqual(['ready', 'ready']);
});

test('a machine that cannot be started again fails its session; stopping one meanwhile just stops it', async () => {
  const { registry, services } = await opened();
  const one = await running(registry, 'ann', ONE);
  const two = await running(registry, 'bob', TWO);
  services.backend.onRevive = () => Promise.reject(new Error('no such device'));
  services.backend.restartEngine();
  await settle();
  await two.stop();
  await services.clock.advance(10_000);
  expect(one.view()).toMatchObject({ state: 'failed', problem: { code: 'sandbox-lost' } });
  expect(two.state).toBe('ended');
  expect(services.backend.sandboxes.size).toBe(0);
});

test('a sandbox that vanished without an event is noticed within a minute', async () => {
  const { registry, services } = await opened();
  const session = await running(registry, 'ann', ONE);
  services.backend.sandboxes.clear();
  await services.clock.advance(61_000);
  expect(session.view()).toMatchObject({ state: 'failed', problem: { code: 'sandbox-lost' } });
});

test('what belongs to no session is removed at the start and every minute; sessions’ own is not', async () => {
  const services = testServices();
  services.backend.sandboxes.set('leftover', { id: 'leftover', machines: ['host'] });
  const { registry } = await opened(services);
  expect([...services.backend.sandboxes.keys()]).toEqual([]);
  const session = await running(registry, 'ann', ONE);
  services.backend.sandboxes.set('another', { id: 'another', machines: ['host'] });
  await services.clock.advance(61_000);
  expect([...services.backend.sandboxes.keys()]).toEqual([session.sandbox.id]);
});

test('what could not be removed when a session ended is removed later', async () => {
  const { registry, services } = await opened();
  const session = await running(registry, 'ann', ONE);
  services.backend.onDestroy = () => Promise.reject(new DrydockError('engine-gone'));
  await session.stop();
  expect(services.backend.sandboxes.size).toBe(1);
  services.backend.onDestroy = () => Promise.resolve();
  await services.clock.advance(61_000);
  expect(services.backend.sandboxes.size).toBe(0);
});

test('an engine that is away for a while ends no session', async () => {
  const { registry, services } = await opened();
  const session = await running(registry, 'ann', ONE);
  services.backend.onList = () => Promise.reject(new DrydockError('engine-gone'));
  await services.clock.advance(5 * MINUTE);
  expect(session.state).toBe('ready');
  expect(services.log.at('warn').length).toBeGreaterThan(0);
  services.backend.onList = () => Promise.resolve();
  await services.clock.advance(2 * MINUTE);
  expect(session.state).toBe('ready');
});

test('a sandbox that is just being made is nobody’s leftover', async () => {
  const { registry, services } = await opened();
  const { promise: slow, resolve } = Promise.withResolvers<void>();
  services.backend.onCreate = () => slow;
  const { session } = await registry.create('ann', ONE);
  await services.clock.advance(2 * MINUTE);
  resolve();
  await settle();
  expect(session.state).toBe('ready');
  expect([...services.backend.sandboxes.keys()]).toEqual([session.sandbox.id]);
});

test('after a restart, sessions go on; half-made ones are made again, stopped machines started, and lost ones told', async () => {
  const services = testServices({ maxPerLearner: 5 });
  const { registry } = await opened(services);
  const kept = await running(registry, 'ann', ONE);
  const gone = await running(registry, 'ann', TWO);
  const stopped = await running(registry, 'bob', ONE);
  services.backend.onCreate = () => new Promise(() => undefined);
  const { session: half } = await registry.create('ann', THREE);
  await settle();
  registry.release();
  services.backend.sandboxes.delete(gone.sandbox.id);
  services.backend.stopped.add(stopped.sandbox.id);

  const next = registryOf(services);
  await next.open();
  expect(next.get('ann', half.id).view()).toMatchObject({ state: 'starting', notice: { code: 'restarted-start' } });
  services.backend.onCreate = () => Promise.resolve();
  expect(next.get('ann', kept.id).view()).toMatchObject({ state: 'ready', expiresAt: kept.view().expiresAt });
  expect(next.get('ann', gone.id).view()).toMatchObject({ state: 'failed', problem: { code: 'sandbox-lost' } });
  await settle();
  expect(next.get('bob', stopped.id).view()).toMatchObject({ state: 'ready', notice: { code: 'recovered' } });
});

test('a lab that was being made or reset when the server was killed is made again, and nothing half made is left', async () => {
  const services = testServices({ maxPerLearner: 5 });
  const { registry } = await opened(services);
  const resetting = await running(registry, 'ann', TWO);
  services.backend.onCreate = () => new Promise(() => undefined);
  void resetting.reset();
  const { session: starting } = await registry.create('ann', ONE);
  await settle();
  // Killed: nobody lets go of anything.
  services.backend.onCreate = () => Promise.resolve();
  const next = registryOf(services);
  await next.open();
  await settle();
  for (const { id } of [resetting, starting]) {
    const view = next.get('ann', id).view();
    expect(view.state).toBe('ready');
    expect(view.notice).toBeUndefined();
    expect(view.terminals).toHaveLength(1);
  }
  const ids = [resetting, starting].map(({ id }) => next.get('ann', id).sandbox.id);
  expect([...services.backend.sandboxes.keys()].sort()).toEqual(ids.sort());
});

test('a lab that was being stopped when the server was killed is gone, sandbox and all', async () => {
  const { registry, services } = await opened();
  const session = await running(registry, 'ann', ONE);
  services.backend.onDestroy = () => new Promise(() => undefined);
  void session.stop();
  await settle();
  services.backend.onDestroy = () => Promise.resolve();
  const next = registryOf(services);
  await next.open();
  await settle();
  expect(next.of('ann')).toEqual([]);
  expect(services.backend.sandboxes.size).toBe(0);
  expect(services.store.sessions()).toEqual([]);
});

test('a session of a lesson that no longer exists is not taken up', async () => {
  const services = testServices();
  const { registry } = await opened(services);
  await running(registry, 'ann', ONE);
  registry.release();
  const next = new SessionRegistry(services, () => Promise.reject(new DrydockError('unknown-lesson')));
  await next.open();
  await settle();
  expect(services.backend.sandboxes.size).toBe(0);
  expect(services.store.sessions()).toEqual([]);
});

test('stopping the server ends all sessions and keeps no watch', async () => {
  const { registry, services } = await opened();
  const a = await running(registry, 'ann', ONE);
  const b = await running(registry, 'bob', TWO);
  await registry.stopAll();
  expect([a.state, b.state]).toEqual(['ended', 'ended']);
  expect(services.backend.sandboxes.size).toBe(0);
  expect(services.backend.watchers).toBe(0);
  await expect(registry.create('ann', ONE)).rejects.toMatchObject({ code: 'not-ready' });
});
