import { expect, test } from 'vitest';
import { CLOSE } from '../../../../../../sandbox-server/protocol/close-codes.ts';
import type { MeView, SessionView, StatusView, TaskView } from '../../../../../../sandbox-server/protocol/views.ts';
import { ApiError } from '../../../../../../src/client/api.ts';
import { DEFAULT_PREFERENCES } from '../../../../../../src/client/workspace/preferences.ts';
import {
  SessionClient,
  type SessionClientOptions,
} from '../../../../../../src/client/workspace/session/session-client.ts';
import { Store } from '../../../../../../src/client/workspace/store.ts';
import { initialState, type WorkspaceState } from '../../../../../../src/client/workspace/workspace-state.ts';
import { FakeEnvironment } from '../fake-environment.ts';

const LESSON = 'containers/images/what-an-image-is';
const OTHER = 'containers/images/build-one';

const session = (changes: Partial<SessionView> = {}): SessionView => ({
  id: 's1',
  lesson: LESSON,
  state: 'ready',
  steps: [],
  shares: [],
  createdAt: 0,
  now: 5_000,
  expiresAt: 1,
  idleEndsAt: 1,
  canExtend: true,
  machines: [{ name: 'host' }],
  terminals: [{ id: 't1', machine: 'host', title: 'host' }],
  tasks: [],
  ...changes,
});

const notFound = new ApiError(
  { code: 'unknown-session', message: 'There is no such session.', fix: 'Start again.' },
  404,
);
const noAnswer = new ApiError({ code: 'no-answer', message: 'The server does not answer.', fix: 'Wait.' }, 0);

function setUp(answers: Partial<SessionClientOptions['api']> = {}) {
  const environment = new FakeEnvironment();
  const store = new Store<WorkspaceState>(initialState(DEFAULT_PREFERENCES, false));
  const tasks: TaskView[] = [];
  const me: MeView = { progress: {}, sessions: [] };
  const status: StatusView = { labs: 'available' };
  const calls: string[] = [];
  const api: SessionClientOptions['api'] = {
    status: async () => status,
    me: async () => me,
    session: async () => session(),
    startSession: async (lesson) => {
      calls.push(`start ${lesson}`);
      return session({ state: 'starting' });
    },
    extendSession: async () => session({ expiresAt: 99 }),
    resetSession: async () => session({ state: 'resetting' }),
    endSession: async (id) => {
      calls.push(`end ${id}`);
      return session({ state: 'stopping' });
    },
    openTerminal: async (_id, machine) => ({ id: 't2', machine, title: `${machine} 2` }),
    closeTerminal: async () => undefined,
    share: async (_id, mayType) => ({ id: 'x', mayType, address: '/watch/#t' }),
    takeBack: async () => undefined,
    ...answers,
  };
  const client = new SessionClient({ api, lesson: LESSON, store, environment, onTask: (task) => tasks.push(task) });
  return { client, store, environment, tasks, me, status, calls };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

test('a lesson with a live session is followed, by the server’s clock', async () => {
  const { client, store, environment, me } = setUp();
  me.sessions = [session({ id: 'over', state: 'ended' }), session()];
  await client.reattach();
  expect(store.value).toMatchObject({ phase: 'active', session: { id: 's1' }, clockSkew: 5_000 });
  expect(environment.socket.url).toBe('/api/sessions/s1/events');
});

test('without one, the labs of other lessons are known, and nothing is started', async () => {
  const { client, store, me, calls } = setUp();
  me.sessions = [session({ id: 's2', lesson: OTHER })];
  await client.reattach();
  expect(store.value).toMatchObject({ phase: 'idle', session: undefined, elsewhere: [{ id: 's2' }] });
  expect(calls).toEqual([]);
});

test('a server without an engine says so before anything is asked of it', async () => {
  const { client, store, status, calls } = setUp();
  status.labs = 'unavailable';
  status.problem = { code: 'no-engine', message: 'No engine.', fix: 'Install one.' };
  await client.start();
  expect(store.value).toMatchObject({ phase: 'unavailable', problem: { code: 'no-engine' }, busy: undefined });
  expect(calls).toEqual([]);
});

test('starting while it is found out whether there is a session starts no second one', async () => {
  const { client, me, calls } = setUp();
  me.sessions = [session()];
  void client.reattach();
  await client.start();
  expect(calls).toEqual([]);
});

test('a refused start shows why, and whose place it could take', async () => {
  const refused = new ApiError({ code: 'too-many-sessions', message: 'Two are running.', fix: 'Stop one.' }, 429);
  const { client, store, me } = setUp({ startSession: () => Promise.reject(refused) });
  me.sessions = [session({ id: 's2', lesson: OTHER })];
  await client.start();
  expect(store.value).toMatchObject({
    busy: undefined,
    problem: { code: 'too-many-sessions' },
    elsewhere: [{ id: 's2' }],
  });
});

test('stopping the other lab makes room', async () => {
  const { client, store, calls } = setUp();
  await client.stopElsewhereAndStart(session({ id: 's2', lesson: OTHER }));
  expect(calls).toEqual(['end s2', `start ${LESSON}`]);
  expect(store.value.session?.state).toBe('starting');
});

test('states and tasks follow the events; a task is told once for each change', () => {
  const { client, store, environment, tasks } = setUp();
  client.follow(session({ state: 'starting', tasks: [{ id: 'a', state: 'todo', attempted: false }] }));
  environment.socket.open();
  environment.socket.says({
    type: 'session',
    session: session({ tasks: [{ id: 'a', state: 'todo', attempted: false }] }),
  });
  environment.socket.says({ type: 'task', task: { id: 'a', state: 'done', attempted: true } });
  expect(store.value.session?.state).toBe('ready');
  expect(tasks.map(({ state }) => state)).toEqual(['todo', 'done']);
});

test('a check that is asked for before the connection is there is sent when it is', () => {
  const { client, environment } = setUp();
  client.send({ type: 'check', task: 'a' });
  client.follow(session());
  expect(environment.socket.said).toEqual([]);
  environment.socket.open();
  expect(environment.socket.said).toContainEqual({ type: 'check', task: 'a' });
});

test('the wish for the live view outlives a lost connection', () => {
  const { client, environment } = setUp();
  client.follow(session());
  environment.socket.open();
  client.wantLive(true);
  environment.socket.drops();
  environment.pass(60_000);
  environment.socket.open();
  expect(environment.socket.said.at(-1)).toEqual({ type: 'live', on: true });
});

test('a handshake that is turned down because the session is gone ends it', async () => {
  const { client, store, environment } = setUp({ session: () => Promise.reject(notFound) });
  client.follow(session());
  environment.socket.drops();
  await settle();
  expect(store.value.session).toMatchObject({ state: 'ended', terminals: [], problem: { code: 'unknown-session' } });
  environment.pass(600_000);
  expect(environment.sockets).toHaveLength(1);
});

test('a server that does not answer ends nothing', async () => {
  const { client, store, environment } = setUp({ session: () => Promise.reject(noAnswer) });
  client.follow(session());
  environment.socket.drops();
  await settle();
  expect(store.value).toMatchObject({ link: 'waiting', session: { state: 'ready' } });
});

test('when the server ends it, the reason is fetched', async () => {
  const problem = { code: 'session-idle', message: 'Nobody used it.', fix: 'Start it again.' };
  const { client, store, environment } = setUp({ session: async () => session({ state: 'ended', problem }) });
  client.follow(session());
  environment.socket.open();
  environment.socket.drops(CLOSE.ended);
  await settle();
  expect(store.value.session).toMatchObject({ state: 'ended', problem });
});

test('a reset forgets the picture of the old machine', async () => {
  const { client, store, environment } = setUp();
  client.follow(session());
  environment.socket.open();
  environment.socket.says({
    type: 'live',
    live: { machine: 'host', images: [], containers: [], networks: [], volumes: [] },
  });
  expect(store.value.live).toBeDefined();
  await client.reset();
  expect(store.value.live).toBeUndefined();
});

test('a terminal that was opened is there before the server’s next word, once', async () => {
  const { client, store, environment } = setUp();
  client.follow(session());
  await client.openTerminal('host');
  const [first] = session().terminals;
  environment.socket.open();
  environment.socket.says({
    type: 'session',
    session: session({ terminals: [first, { id: 't2', machine: 'host', title: 'host 2' }] as never }),
  });
  expect(store.value.session?.terminals.map(({ id }) => id)).toEqual(['t1', 't2']);
});

test('closing a terminal that is gone already is no problem', async () => {
  const gone = new ApiError({ code: 'unknown-terminal', message: 'Gone.', fix: 'Open one.' }, 404);
  const { client, store } = setUp({ closeTerminal: () => Promise.reject(gone) });
  client.follow(session());
  await client.closeTerminal('t1');
  expect(store.value).toMatchObject({ problem: undefined, session: { terminals: [] } });
});
