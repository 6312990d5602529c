import { expect, test } from 'vitest';
import type { SessionView, TerminalView } from '../../../../../sandbox-server/protocol/views.ts';
import { DEFAULT_PREFERENCES } from '../../../../../src/client/workspace/preferences.ts';
import { MAX_WAITING_RUNS, RunBlocks, type RunTarget } from '../../../../../src/client/workspace/run-blocks.ts';
import { Store } from '../../../../../src/client/workspace/store.ts';
import { PromptTracker } from '../../../../../src/client/workspace/terminal/prompt-tracker.ts';
import { initialState, type WorkspaceState } from '../../../../../src/client/workspace/workspace-state.ts';

const TERMINALS: TerminalView[] = [
  { id: 't1', machine: 'host', title: 'host' },
  { id: 't2', machine: 'db', title: 'db' },
];
const READY: SessionView = {
  id: 's1',
  lesson: 'l',
  state: 'ready',
  steps: [],
  shares: [],
  createdAt: 0,
  now: 0,
  expiresAt: 0,
  idleEndsAt: 0,
  canExtend: true,
  machines: [{ name: 'host' }, { name: 'db' }],
  terminals: TERMINALS,
  tasks: [],
};

function setUp(options: { session?: SessionView; start?: (store: Store<WorkspaceState>) => void } = {}) {
  const store = new Store(initialState(DEFAULT_PREFERENCES, false));
  if (options.session) store.set({ session: options.session });
  const typed: string[] = [];
  const targets = new Map<string, RunTarget>();
  for (const { id } of TERMINALS) {
    const tracker = new PromptTracker();
    tracker.mark('B');
    const screen = {
      takesBracketedPaste: true,
      run: (code: string) => void typed.push(`${id}: ${code}`),
      press: (keys: string) => void typed.push(`${id} keys: ${JSON.stringify(keys)}`),
    };
    targets.set(id, { tracker, screen });
  }
  const runs = new RunBlocks({
    store,
    start: async () => options.start?.(store),
    openTerminal: async () => store.set({ session: READY }),
    show: ({ id }) => targets.get(id),
    typed: () => undefined,
  });
  const tracker = (id: string) => targets.get(id)!.tracker;
  const run = (code: string, machine?: string) => runs.run({ code, machine });
  return { store, runs, run, typed, tracker };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 30));

test('a block is typed at the prompt of the terminal in view, without its last line end', async () => {
  const { run, typed, store } = setUp({ session: READY });
  store.set({ activeTerminal: 't2' });
  await run('docker ps\n');
  expect(typed).toEqual(['t2: docker ps']);
});

test('a block for another machine goes to its terminal', async () => {
  const { run, typed } = setUp({ session: READY });
  await run('psql', 'db');
  expect(typed).toEqual(['t2: psql']);
});

test('without a lab it starts one and waits until it is ready', async () => {
  const { run, typed, store } = setUp({ start: (all) => all.set({ session: { ...READY, state: 'starting' } }) });
  const running = run('ls');
  await settle();
  expect(typed).toEqual([]);
  store.set({ session: READY });
  await running;
  expect(typed).toEqual(['t1: ls']);
});

test('when every shell was left, it opens one', async () => {
  const { run, typed } = setUp({ session: { ...READY, terminals: [] } });
  await run('ls');
  expect(typed).toEqual(['t1: ls']);
});

test('when the lab can not start, nothing is typed and nothing waits', async () => {
  const { run, typed, store } = setUp({ start: (all) => all.set({ session: { ...READY, state: 'failed' } }) });
  await run('ls');
  store.set({ session: READY });
  await settle();
  expect(typed).toEqual([]);
});

test('while a command runs it waits, says so, and types when the prompt is back', async () => {
  const { run, typed, store, tracker } = setUp({ session: READY });
  tracker('t1').mark('C');
  const running = run('ls');
  await settle();
  expect(store.value.waitingRun).toEqual({ code: 'ls', terminal: 't1' });
  tracker('t1').mark('A');
  await running;
  expect(typed).toEqual(['t1: ls']);
  expect(store.value.waitingRun).toBeUndefined();
});

test('what waits can be given up, or typed at once', async () => {
  const { run, runs, typed, tracker } = setUp({ session: READY });
  tracker('t1').mark('C');
  const given = run('given up');
  await settle();
  runs.cancel();
  await given;
  const forced = run('typed at once');
  await settle();
  runs.typeNow();
  await forced;
  expect(typed).toEqual(['t1: typed at once']);
});

test('blocks wait for one another', async () => {
  const { run, typed, tracker } = setUp({ session: READY });
  const both = Promise.all([run('first'), run('second')]);
  await settle();
  expect(typed).toEqual(['t1: first']);
  tracker('t1').mark('C');
  tracker('t1').mark('A');
  await both;
  expect(typed).toEqual(['t1: first', 't1: second']);
});

test('a line that was begun is taken away first', async () => {
  const { run, typed, tracker } = setUp({ session: READY });
  tracker('t1').userTyped('l');
  await run('ls');
  expect(typed).toEqual(['t1 keys: "\\u0005\\u0015"', 't1: ls']);
});

test('more clicks than anybody means are left out', async () => {
  const { run, runs, typed, tracker } = setUp({ session: READY });
  tracker('t1').mark('C');
  const all = Array.from({ length: MAX_WAITING_RUNS + 3 }, (_, index) => run(String(index)));
  for (let index = 0; index < MAX_WAITING_RUNS; index++) {
    await settle();
    runs.typeNow();
  }
  await Promise.all(all);
  expect(typed).toHaveLength(MAX_WAITING_RUNS);
});
