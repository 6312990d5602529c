import { expect, test } from 'vitest';
import { ownedBy } from '../../sandbox-server/backend/docker/labels.ts';
import { leftovers, realDocker } from '../support/engine.ts';
import { type EventsSocket, Learner } from '../support/learner.ts';
import { ServerProcess } from '../support/server-process.ts';
import { dataFolder, HELLO, SECOND, testServer, type TestServer } from '../support/test-server.ts';

/** Names of the containers that are warm: they carry the label and belong to no session. */
async function warm(owner: string, docker = realDocker()): Promise<string[]> {
  const filters = ownedBy(owner);
  filters.label.push('drydock.pool=warm');
  const containers = await docker.listContainers({ filters });
  return containers.flatMap(({ Names }) => Names);
}

/** Opens a lesson's page until the pool has so many sandboxes that are ready. */
async function visited(server: TestServer, learner: Learner, lesson: string) {
  await learner.request('PUT', '/api/progress/visit', { lesson });
  await expect
    .poll(() => server.log.at('info').filter((line) => /warm sandbox is ready/.test(line)).length, { timeout: 60_000 })
    .toBeGreaterThan(0);
}

async function queued(events: EventsSocket, place: number) {
  return events.until(`place ${place}`, () => events.session?.queue?.place === place && events.session);
}

test('a lesson that was opened starts at once: the prompt, the files and the engine are there', async () => {
  await using server = await testServer({ pool: 1 });
  const learner = server.learner();
  await visited(server, learner, HELLO);
  const before = await warm(server.data.owner);
  expect(before).toHaveLength(2);

  const begun = performance.now();
  const { session } = await learner.ready(HELLO);
  const terminal = await learner.terminal(session.id, session.terminals[0]!.id);
  await terminal.sees('$ ');
  const ms = performance.now() - begun;
  console.log(`measured: start to the prompt, warm, ${Math.round(ms)} ms`);

  expect(await warm(server.data.owner)).toEqual(expect.arrayContaining(before));
  await terminal.runs('ls lines.txt; docker version --format "{{.Server.Os}}"', 'linux', 20_000);
  const second = await learner.request('POST', `/api/sessions/${session.id}/terminals`, { machine: 'host' });
  expect(second.status).toBe(201);

  await learner.request('POST', `/api/sessions/${session.id}/reset`);
  const events = await learner.events(session.id);
  await events.reaches('ready');
  await learner.request('DELETE', `/api/sessions/${session.id}`);
  await server.close('remove');
  expect(await server.leftovers()).toEqual([]);
});

test('three learners for one place: each hears where they stand, and gets the lab by themselves', async () => {
  await using server = await testServer({ limits: { maxSessions: 1 } });
  const [ann, bob, cay] = [server.learner(), server.learner(), server.learner()];
  const first = await ann.ready(SECOND);
  const second = await bob.start(SECOND);
  const third = await cay.start(SECOND);
  const bobSees = await bob.events(second.id);
  const caySees = await cay.events(third.id);
  expect((await queued(bobSees, 1)).queue).toMatchObject({ why: 'places', startsAt: expect.any(Number) });
  await queued(caySees, 2);
  expect(await server.leftovers()).toEqual(expect.not.arrayContaining([expect.stringContaining(second.id)]));

  await ann.request('DELETE', `/api/sessions/${first.session.id}`);
  await bobSees.reaches('ready');
  await queued(caySees, 1);
  // Who leaves the queue is gone from it.
  expect(await cay.request('DELETE', `/api/sessions/${third.id}`)).toMatchObject({ body: { state: 'ended' } });
  const again = await cay.start(SECOND);
  expect(again).toMatchObject({ state: 'queued', queue: { place: 1 } });
});

test('a server that was killed takes the queue up in its order, and leaves nothing of its pool', async () => {
  using data = dataFolder();
  const docker = realDocker();
  const options = { sessions: { maxSessions: 2 }, pool: { total: 1 } };
  const server = await ServerProcess.start(data, options);
  const learners = Array.from({ length: 4 }, () => new Learner(server.url));
  const [ann, bob, cay, dan] = learners as [Learner, Learner, Learner, Learner];
  const { session } = await ann.ready(SECOND);
  await expect.poll(() => warm(data.owner, docker), { timeout: 60_000 }).toHaveLength(2);
  const [left] = await warm(data.owner, docker);
  await server.end('SIGKILL');

  await using next = await ServerProcess.start(data, {
    ...options,
    pool: { total: 0 },
    port: Number(new URL(server.url).port),
  });
  // Nobody waits for the removal of what is left.
  await expect.poll(() => warm(data.owner, docker), { timeout: 20_000 }).not.toContain(left);
  await bob.ready(SECOND);
  const third = await cay.start(SECOND);
  await dan.start(SECOND);
  expect(third.queue).toMatchObject({ place: 1 });
  await next.end('SIGKILL');

  await using last = await ServerProcess.start(data, {
    ...options,
    pool: { total: 0 },
    port: Number(new URL(server.url).port),
  });
  expect(last.url).toBe(server.url);
  const caySees = await cay.events(third.id);
  await queued(caySees, 1);
  expect((await dan.start(SECOND)).queue).toMatchObject({ place: 2 });
  await ann.request('DELETE', `/api/sessions/${session.id}`);
  await caySees.reaches('ready');
  expect(await last.end('SIGTERM')).toBe(0);
  expect(await leftovers(docker, data.owner)).toEqual([]);
});
