import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FigureState } from '../../../../../src/client/cluster-figure/simulation/figure-state.ts';
import { Simulation } from '../../../../../src/client/cluster-figure/simulation/simulation.ts';

/** Longer than anything takes, in the simulation's time. */
const PATIENCE_MS = 60_000;
/** Short enough that no state in between is missed. */
const STEP_MS = 20;

let simulation: Simulation;

beforeEach(async () => {
  vi.useFakeTimers();
  simulation = new Simulation({ nodes: 2, replicas: 3 });
  await seen(allReady(3));
});

afterEach(async () => {
  const closed = simulation.close();
  await pass(1_000);
  await closed;
  vi.useRealTimers();
});

const state = () => simulation.state.value;

async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

async function seen(wanted: (now: FigureState) => boolean): Promise<FigureState> {
  for (let passed = 0; passed < PATIENCE_MS; passed += STEP_MS) {
    if (wanted(state())) return state();
    await pass(STEP_MS);
  }
  throw new Error(`not seen; it is: ${JSON.stringify(state(), null, 2)}`);
}

/** So many pods, all of them ready, and no other. */
function allReady(count: number, version = 1) {
  return ({ pods }: FigureState) =>
    pods.length === count && pods.every(({ ready, image }) => ready && image === `api:${version}`);
}

const told = (now: FigureState) => now.news.map(({ who, what }) => `${who} ${what}`);

test('a Deployment’s pods are spread over the nodes, and none is where the control plane runs', () => {
  const { phase, nodes, pods, deployment } = state();
  expect(phase).toBe('running');
  expect(nodes).toEqual(['node-1', 'node-2'].map((name) => ({ name, ready: true, cordoned: false, off: false })));
  expect(new Set(pods.map(({ node }) => node))).toEqual(new Set(['node-1', 'node-2']));
  expect(deployment).toMatchObject({ replicas: 3, ready: 3, revisions: [{ revision: 1, image: 'api:1' }] });
});

test('a pod that is killed is seen to end, and the ReplicaSet makes another', async () => {
  const victim = state().pods[0]!;
  simulation.kill(victim.name);
  const dying = await seen(({ pods }) => pods.some(({ id, status }) => id === victim.id && status === 'Terminating'));
  expect(dying.deed).toMatch(/^You killed pod \w{5}\.$/);
  const after = await seen((now) => allReady(3)(now) && now.pods.every(({ id }) => id !== victim.id));
  expect(told(after)).toContainEqual(expect.stringMatching(/^ReplicaSet controller counts too few, and makes pod /));
  expect(told(after)).toContainEqual(expect.stringMatching(/^Scheduler gives pod \w+ to node-[12]$/));
});

test('more and fewer replicas, and none at all', async () => {
  simulation.scale(5);
  await seen(allReady(5));
  simulation.scale(0);
  const { deployment, deed } = await seen(allReady(0));
  expect(deployment).toMatchObject({ replicas: 0, ready: 0 });
  expect(deed).toBe('You scaled the Deployment to 0.');
});

test('a rollout goes pod by pod, never with fewer that are ready, and can be rolled back', async () => {
  let fewest = 3;
  const stop = simulation.state.subscribe(({ deployment }) => (fewest = Math.min(fewest, deployment.ready)));
  expect(simulation.nextVersion).toBe(2);
  simulation.rollOut({ works: true });
  await seen(({ pods }) => new Set(pods.map(({ image }) => image)).size === 2);
  await seen(allReady(3, 2));
  simulation.rollBack();
  const { deployment } = await seen(allReady(3, 1));
  stop();
  expect(fewest).toBe(3);
  expect(deployment.revisions).toMatchObject([
    { revision: 2, image: 'api:2', replicas: 0 },
    { revision: 3, image: 'api:1', replicas: 3 },
  ]);
  expect(simulation.nextVersion).toBe(3);
});

test('a broken version stops its rollout: the old pods stay, and the new one is never ready', async () => {
  simulation.rollOut({ works: false });
  const { pods } = await seen((now) => told(now).some((line) => line.includes('says that it is not ready')));
  expect(pods.filter(({ image, ready }) => image === 'api:1' && ready)).toHaveLength(3);
  expect(pods.filter(({ image }) => image === 'api:2')).toMatchObject([{ status: 'Running', ready: false }]);
  simulation.rollBack();
  await seen(allReady(3, 1));
});

test('a node that is switched off is noticed later; its pods are replaced, and stay on their way out', async () => {
  simulation.loseNode('node-1');
  expect((await seen(({ nodes }) => nodes[0]?.off === true)).nodes[0]?.ready).toBe(true);
  await seen(({ nodes }) => nodes[0]?.ready === false);
  const after = await seen(({ pods }) => pods.filter(({ node, ready }) => node === 'node-2' && ready).length === 3);
  const left = after.pods.filter(({ node }) => node === 'node-1');
  expect(left.length).toBeGreaterThan(0);
  expect(left.every(({ status }) => status === 'Terminating')).toBe(true);
  expect(told(after)).toContainEqual(expect.stringContaining('Node controller deletes the pods of node-1'));
});

test('out of view no time passes in it, and then it goes on where it was', async () => {
  simulation.setVisible(false);
  simulation.scale(4);
  await pass(PATIENCE_MS);
  expect(state().pods.filter(({ ready }) => ready)).toHaveLength(3);
  simulation.setVisible(true);
  await seen(allReady(4));
});

test('at rest, nothing is left to be done by the browser, until the reader does something', async () => {
  await pass(PATIENCE_MS);
  expect(vi.getTimerCount()).toBe(0);
  simulation.scale(4);
  await seen(allReady(4));
});

test('closed in the middle of something, it says nothing more, and leaves nothing running', async () => {
  simulation.scale(5);
  simulation.loseNode('node-1');
  const closed = simulation.close();
  const before = state();
  await pass(PATIENCE_MS);
  await closed;
  await simulation.close();
  expect(state()).toBe(before);
  expect(vi.getTimerCount()).toBe(0);
});
