import { expect, test } from 'vitest';
import { DrydockError } from '../../../../sandbox-server/errors.ts';
import type { SessionServerMessage } from '../../../../sandbox-server/protocol/events.ts';
import { SessionRegistry } from '../../../../sandbox-server/session/registry.ts';
import type { Session } from '../../../../sandbox-server/session/session.ts';
import { labLesson } from '../../../support/lab-lesson.ts';
import { settle } from '../../../support/manual-clock.ts';
import { MINUTE, testServices, type TestServices } from '../../../support/session-services.ts';

const LESSON = 'c/m/one';
const GIB = 1024 ** 3;

async function opened(services: TestServices) {
  const registry = new SessionRegistry(services, (id) => Promise.resolve(labLesson(id)));
  await registry.open();
  return registry;
}

async function start(registry: SessionRegistry, learner: string) {
  const { session } = await registry.create(learner, LESSON);
  await settle();
  return session;
}

/** A page that looks at it; the places it was told. */
function page(session: Session) {
  const places: number[] = [];
  const subscription = session.subscribe((message: SessionServerMessage) => {
    const place = message.type === 'session' ? message.session.queue?.place : undefined;
    if (place !== undefined && places.at(-1) !== place) places.push(place);
  });
  return { places, close: () => subscription[Symbol.dispose]() };
}

test('who finds all places held waits, hears place and time, moves up, and starts by themselves', async () => {
  const services = testServices({ maxSessions: 1 });
  const registry = await opened(services);
  const ann = await start(registry, 'ann');
  const bob = await start(registry, 'bob');
  const cay = await start(registry, 'cay');
  expect([ann.state, bob.state, cay.state]).toEqual(['ready', 'queued', 'queued']);
  expect(bob.view().queue).toEqual({ place: 1, why: 'places', startsAt: ann.endsAt });
  expect(cay.view().queue).toMatchObject({ place: 2, why: 'places' });
  const seen = page(cay);
  page(bob);
  await ann.stop();
  await settle();
  expect([bob.state, cay.state]).toEqual(['ready', 'queued']);
  await bob.stop();
  await settle();
  expect(cay.state).toBe('ready');
  expect(seen.places).toEqual([2, 1]);
  expect(cay.view().queue).toBeUndefined();
  expect(services.backend.sandboxes.size).toBe(1);
});

test('waiting costs none of the lab’s time', async () => {
  const services = testServices({ maxSessions: 1 });
  const registry = await opened(services);
  const ann = await start(registry, 'ann');
  const bob = await start(registry, 'bob');
  page(bob);
  await services.clock.advance(20 * MINUTE);
  await ann.stop();
  await settle();
  expect(bob.view().expiresAt - services.clock.now()).toBe(60 * MINUTE);
});

test('who leaves the queue makes room for those behind', async () => {
  const registry = await opened(testServices({ maxSessions: 1 }));
  await start(registry, 'ann');
  const bob = await start(registry, 'bob');
  const cay = await start(registry, 'cay');
  await bob.stop();
  await settle();
  expect(bob.state).toBe('ended');
  expect(cay.view().queue).toMatchObject({ place: 1 });
});

test('a place in the queue outlives a reload, and is given up when no page comes back', async () => {
  const services = testServices({ maxSessions: 1 });
  const registry = await opened(services);
  const ann = await start(registry, 'ann');
  ann.touch();
  const bob = await start(registry, 'bob');
  const first = page(bob);
  await services.clock.advance(10 * MINUTE);
  first.close();
  await services.clock.advance(2 * MINUTE);
  const second = page(bob);
  await services.clock.advance(5 * MINUTE);
  expect(bob.state).toBe('queued');
  second.close();
  await services.clock.advance(4 * MINUTE);
  expect(bob.view()).toMatchObject({ state: 'ended', problem: { code: 'queue-left' } });
});

test('the queue outlives a restart of the server, in its order', async () => {
  const services = testServices({ maxSessions: 1 });
  const before = await opened(services);
  const ann = await start(before, 'ann');
  for (const learner of ['bob', 'cay', 'dan']) {
    await services.clock.advance(1_000);
    await start(before, learner);
  }
  before.release();
  const after = await opened(services);
  const placeOf = (learner: string) => after.of(learner)[0]?.view().queue?.place;
  expect(['bob', 'cay', 'dan'].map(placeOf)).toEqual([1, 2, 3]);
  await after.get('ann', ann.id).stop();
  await settle();
  expect(after.of('bob')[0]?.state).toBe('ready');
});

test.each(['memory', 'disk'] as const)(
  'nothing starts while the host is short of %s; when it has room again, it does',
  async (what) => {
    const services = testServices();
    const plenty = services.backend.hostRoom;
    const registry = await opened(services);
    if (plenty instanceof Error) throw plenty;
    services.backend.hostRoom = { ...plenty, [what]: { ...plenty[what], availableBytes: GIB / 2 } };
    await services.clock.advance(10_000);
    const ann = await start(registry, 'ann');
    page(ann);
    expect(ann.view()).toMatchObject({ state: 'queued', queue: { place: 1, why: what } });
    expect(services.backend.sandboxes.size).toBe(0);
    services.backend.hostRoom = plenty;
    await services.clock.advance(10_000);
    expect(ann.state).toBe('ready');
  },
);

test('a host that does not say what it has left starts what it is asked to', async () => {
  const services = testServices();
  services.backend.hostRoom = new DrydockError('engine-gone');
  const registry = await opened(services);
  expect((await start(registry, 'ann')).state).toBe('ready');
});

test('only so many start at once; the others wait for their turn, not for a place', async () => {
  const services = testServices({ maxSessions: 50 });
  if (services.backend.hostRoom instanceof Error) throw services.backend.hostRoom;
  services.backend.hostRoom = { ...services.backend.hostRoom, cpus: 2 };
  const { promise: slow, resolve } = Promise.withResolvers<void>();
  services.backend.onCreate = () => slow;
  const registry = await opened(services);
  const all = await Promise.all(Array.from({ length: 10 }, (_, i) => start(registry, `learner${i}`)));
  const states = () => all.map(({ state }) => state);
  expect(states().filter((state) => state === 'starting')).toHaveLength(4);
  expect(all[9]!.view().queue).toMatchObject({ place: 6, why: 'turn' });
  resolve();
  await settle(100);
  expect(new Set(states())).toEqual(new Set(['ready']));
});

test('a queue that is full turns the next one away', async () => {
  const registry = await opened(testServices({ maxSessions: 1 }));
  await start(registry, 'ann');
  for (let i = 0; i < 200; i++) await registry.create(`learner${i}`, LESSON);
  await expect(registry.create('late', LESSON)).rejects.toMatchObject({ code: 'at-capacity' });
  expect(registry.of('late')).toEqual([]);
});

test('places are counted by what the organiser says that a lab takes', async () => {
  // Of the eight processors nine tenths are the labs'.
  const registry = await opened(testServices({ footprint: { cpus: 3 } }));
  const states = [];
  for (const learner of ['ann', 'bob', 'cay']) states.push((await start(registry, learner)).state);
  expect(states).toEqual(['ready', 'ready', 'queued']);
});
