import { expect, test } from 'vitest';
import { DrydockError } from '../../../sandbox-server/errors.ts';
import type { SessionServerMessage } from '../../../sandbox-server/protocol/events.ts';
import { Session } from '../../../sandbox-server/session/session.ts';
import { labLesson } from '../../support/lab-lesson.ts';
import { settle } from '../../support/manual-clock.ts';
import { MINUTE, testServices, type TestServices } from '../../support/session-services.ts';

function session(services: TestServices = testServices()) {
  return new Session({ id: 'abc', learner: 'ann', lesson: labLesson(), services });
}

async function ready(services: TestServices = testServices()) {
  const one = session(services);
  await one.start();
  expect(one.state).toBe('ready');
  return one;
}

/** The states that a page is told, each once. */
function statesOf(one: Session) {
  const states: string[] = [];
  const messages: SessionServerMessage[] = [];
  const subscription = one.subscribe((message) => {
    messages.push(message);
    if (message.type === 'session' && states.at(-1) !== message.session.state) states.push(message.session.state);
  });
  return { states, messages, subscription };
}

test('starting goes through its steps to a running sandbox with one terminal', async () => {
  const services = testServices();
  const one = session(services);
  const { states } = statesOf(one);
  await one.start();
  expect(states).toEqual(['queued', 'starting', 'ready']);
  expect([...services.backend.sandboxes.keys()]).toEqual([one.sandbox.id]);
  const view = one.view();
  expect(view.terminals.map(({ title }) => title)).toEqual(['host']);
  expect(view.steps.map((step) => step.state)).toEqual(['todo', 'done', 'done', 'done', 'done']);
  expect(view.tasks.map(({ id }) => id)).toEqual(['say']);
});

test('files and terminal do not wait for the engine; being ready does', async () => {
  const services = testServices();
  const { promise: engine, resolve } = Promise.withResolvers<void>();
  services.backend.onCreate = () => engine;
  const one = session(services);
  const starting = one.start();
  await settle();
  expect(one.view()).toMatchObject({ state: 'starting', terminals: [{ title: 'host' }] });
  expect(one.view().steps.at(-1)).toMatchObject({ label: 'Wait for the Docker Engine', state: 'doing' });
  resolve();
  await starting;
  expect(one.state).toBe('ready');
});

test('a sandbox that cannot be made fails the session with the reason, and nothing is left', async () => {
  const services = testServices();
  services.backend.onCreate = () => Promise.reject(new DrydockError('image-missing'));
  const one = session(services);
  await one.start();
  expect(one.state).toBe('failed');
  expect(one.view().problem?.code).toBe('image-missing');
  expect(services.backend.sandboxes.size).toBe(0);
  expect(services.store.sessions()).toEqual([]);
});

test('an unexpected fault says start-failed to the learner and its words to the log', async () => {
  const services = testServices();
  services.backend.onCreate = () => Promise.reject(new Error('HTTP 500: /var/lib/secret'));
  const one = session(services);
  await one.start();
  expect(one.view().problem).toMatchObject({ code: 'start-failed' });
  expect(JSON.stringify(one.view())).not.toContain('secret');
  expect(services.log.at('error')).toHaveLength(1);
});

test('stopping while it starts waits for what is being made and leaves nothing', async () => {
  const services = testServices();
  const { promise: slow, resolve } = Promise.withResolvers<void>();
  services.backend.onCreate = () => slow;
  const one = session(services);
  const { states } = statesOf(one);
  const starting = one.start();
  await settle();
  const stopping = one.stop();
  await settle();
  expect(one.state).toBe('stopping');
  resolve();
  await Promise.all([starting, stopping]);
  expect(states).toEqual(['queued', 'starting', 'stopping', 'ended']);
  expect(services.backend.sandboxes.size).toBe(0);
  expect(services.store.sessions()).toEqual([]);
});

test('stopping twice is once; a stopped session neither starts nor resets', async () => {
  const services = testServices();
  const one = await ready(services);
  let destroyed = 0;
  services.backend.onDestroy = async () => void destroyed++;
  await Promise.all([one.stop(), one.stop()]);
  await one.stop();
  expect(destroyed).toBe(1);
  await one.start();
  await expect(one.reset()).rejects.toMatchObject({ code: 'not-ready' });
  expect(one.state).toBe('ended');
  expect(() => one.answer('say', 'x')).toThrow(DrydockError);
});

test('a sandbox that cannot be removed does not keep the session from ending', async () => {
  const services = testServices();
  const one = await ready(services);
  services.backend.onDestroy = () => Promise.reject(new DrydockError('engine-gone'));
  await one.stop();
  expect(one.state).toBe('ended');
  expect(services.log.at('warn')[0]).toMatch(/tried again/);
});

test('a reset makes another sandbox and another terminal', async () => {
  const services = testServices();
  const one = await ready(services);
  const before = { sandbox: one.sandbox.id, terminal: one.view().terminals[0]!.id };
  const { states } = statesOf(one);
  await one.reset();
  expect(states).toEqual(['ready', 'resetting', 'ready']);
  expect(one.sandbox.id).not.toBe(before.sandbox);
  expect([...services.backend.sandboxes.keys()]).toEqual([one.sandbox.id]);
  expect(one.view().terminals).toHaveLength(1);
  expect(() => one.terminal(before.terminal)).toThrow(DrydockError);
});

test('resetting twice at once resets once', async () => {
  const one = await ready();
  const first = one.reset();
  await expect(one.reset()).rejects.toMatchObject({ code: 'not-ready' });
  await first;
  expect(one.state).toBe('ready');
});

test('stopping while the old sandbox is being removed waits for that, and leaves nothing', async () => {
  const services = testServices();
  const one = await ready(services);
  const { promise: slow, resolve } = Promise.withResolvers<void>();
  const old = one.sandbox.id;
  services.backend.onDestroy = (id) => (id === old ? slow : Promise.resolve());
  const resetting = one.reset();
  await settle();
  const stopping = one.stop();
  let stopped = false;
  void stopping.then(() => (stopped = true));
  await settle();
  expect(stopped).toBe(false);
  resolve();
  await Promise.all([resetting, stopping]);
  expect(one.state).toBe('ended');
  expect(services.backend.sandboxes.size).toBe(0);
});

test('a reset whose old sandbox cannot be removed fails with the reason', async () => {
  const services = testServices();
  const one = await ready(services);
  services.backend.onDestroy = () => Promise.reject(new DrydockError('engine-gone'));
  await one.reset();
  expect(one.state).toBe('failed');
  expect(one.view().problem?.code).toBe('engine-gone');
});

test('finished tasks stay finished after a reset', async () => {
  const services = testServices();
  const one = await ready(services);
  statesOf(one);
  one.answer('say', 'x');
  await services.clock.advance(2_000);
  expect(one.view().tasks[0]!.state).toBe('done');
  expect(services.store.passed('ann', one.lesson.id)).toHaveLength(1);
  await one.reset();
  expect(one.view().tasks[0]!.state).toBe('done');
});

test('what was tried is kept for a restart and through a recovery, and goes with its sandbox at a reset', async () => {
  const services = testServices();
  const one = await ready(services);
  statesOf(one);
  const kept = () => services.store.sessions().map(({ attempts }) => attempts);
  expect(kept()).toEqual([[]]);
  one.check('say');
  expect(kept()).toEqual([[{ task: 'say' }]]);
  await one.recover();
  expect(one.view()).toMatchObject({ state: 'ready', tasks: [{ id: 'say', attempted: true }] });
  await one.reset();
  expect(one.view()).toMatchObject({ state: 'ready', tasks: [{ id: 'say', attempted: false }] });
  expect(kept()).toEqual([[]]);
});

test('a task that passed while the disk is full is told, and the learner is told of the disk', async () => {
  const services = testServices();
  const one = await ready(services);
  const { messages } = statesOf(one);
  services.store.recordPassed = () => {
    throw new DrydockError('storage-failed');
  };
  one.answer('say', 'x');
  await services.clock.advance(2_000);
  expect(one.view().tasks[0]!.state).toBe('done');
  expect(messages.flatMap((m) => (m.type === 'error' ? [m.error.code] : []))).toEqual(['storage-failed']);
});

test('extending adds time up to the longest lifetime, and no further', async () => {
  const services = testServices({ maxLifetimeMs: 100 * MINUTE });
  const one = await ready(services);
  const { createdAt, expiresAt } = one.view();
  expect(expiresAt - createdAt).toBe(60 * MINUTE);
  one.extend();
  expect(one.view().expiresAt - createdAt).toBe(90 * MINUTE);
  one.extend();
  expect(one.view()).toMatchObject({ expiresAt: createdAt + 100 * MINUTE, canExtend: false });
  expect(() => one.extend()).toThrow(DrydockError);
});

test('it is overdue at the end of its lifetime, or when nobody used it, and use moves the idle end', async () => {
  const services = testServices();
  const one = await ready(services);
  const start = services.clock.now();
  expect(one.overdue(start + 29 * MINUTE)).toBeUndefined();
  expect(one.overdue(start + 30 * MINUTE)?.code).toBe('session-idle');
  await services.clock.advance(20 * MINUTE);
  one.touch();
  expect(one.overdue(start + 49 * MINUTE)).toBeUndefined();
  expect(one.overdue(start + 50 * MINUTE)?.code).toBe('session-idle');
  await services.clock.advance(20 * MINUTE);
  one.touch();
  expect(one.overdue(start + 60 * MINUTE)?.code).toBe('session-expired');
  await one.stop();
  expect(one.overdue(start + 90 * MINUTE)).toBeUndefined();
});

test('typing counts as use, and a fast typist is no flood of messages', async () => {
  const services = testServices();
  const one = await ready(services);
  const { messages } = statesOf(one);
  const terminal = one.terminal(one.view().terminals[0]!.id);
  const viewer = terminal.attach({ bytes: () => undefined, message: () => undefined, close: () => undefined });
  await services.clock.advance(10 * MINUTE);
  const before = messages.length;
  for (let i = 0; i < 500; i++) terminal.input(viewer, Buffer.from('x'));
  expect(messages.length - before).toBe(1);
  expect(one.view().idleEndsAt).toBe(services.clock.now() + 30 * MINUTE);
});

test('terminals: several, named, limited; one that ends frees its place and name', async () => {
  const one = await ready(testServices({ maxTerminals: 3 }));
  const second = await one.openTerminal('host');
  await one.openTerminal('host');
  expect(one.view().terminals.map(({ title }) => title)).toEqual(['host', 'host 2', 'host 3']);
  await expect(one.openTerminal('host')).rejects.toMatchObject({ code: 'too-many-terminals' });
  await one.closeTerminal(second.id);
  await expect(one.closeTerminal(second.id)).rejects.toMatchObject({ code: 'unknown-terminal' });
  expect((await one.openTerminal('host')).title).toBe('host 2');
});

test('several terminals opened at once are counted together', async () => {
  const one = await ready(testServices({ maxTerminals: 3 }));
  const results = await Promise.allSettled(Array.from({ length: 6 }, () => one.openTerminal('host')));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
});

test('a machine that the lab does not have is refused', async () => {
  const one = await ready();
  await expect(one.openTerminal('db')).rejects.toMatchObject({ code: 'unknown-machine' });
});

test('a shell that ends takes its tab along', async () => {
  const services = testServices();
  const one = await ready(services);
  services.backend.shells[0]!.end(0);
  await settle();
  expect(one.view().terminals).toEqual([]);
  expect((await one.openTerminal('host')).title).toBe('host');
});

test('a lost sandbox fails the session with the reason and removes what is left', async () => {
  const services = testServices();
  const one = await ready(services);
  await one.lose(new DrydockError('out-of-memory'));
  expect([one.state, one.view().problem?.code]).toEqual(['failed', 'out-of-memory']);
  expect(services.backend.sandboxes.size).toBe(0);
  await one.lose(new DrydockError('sandbox-lost'));
  expect(one.view().problem?.code).toBe('out-of-memory');
});

test('unknown tasks are refused', async () => {
  const one = await ready();
  expect(() => one.check('nope')).toThrow(DrydockError);
  expect(() => one.answer('nope', 'x')).toThrow(DrydockError);
});

test('who stops looking hears nothing more', async () => {
  const one = await ready();
  const { messages, subscription } = statesOf(one);
  subscription[Symbol.dispose]();
  subscription[Symbol.dispose]();
  const before = messages.length;
  await one.stop();
  expect(messages.length).toBe(before);
});

test('after a restart it is taken up with its terminals, end and tasks', async () => {
  const services = testServices();
  const one = await ready(services);
  await one.reset();
  one.extend();
  await one.openTerminal('host');
  const before = one.view();
  one.release();
  const [stored] = services.store.sessions();
  const next = new Session({
    id: stored!.id,
    learner: stored!.learner,
    lesson: labLesson(),
    services,
    stored: stored!,
  });
  next.adopt(stored!, { state: 'running', down: [] });
  expect(next.view()).toMatchObject({
    state: 'ready',
    terminals: before.terminals,
    createdAt: before.createdAt,
    expiresAt: before.expiresAt,
  });
  expect(next.sandbox).toEqual(one.sandbox);
  await next.terminal(before.terminals[0]!.id).open();
  await next.stop();
  expect(services.backend.sandboxes.size).toBe(0);
});
