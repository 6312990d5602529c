import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MeView } from '../../../sandbox-server/protocol/views.ts';
import { labOf, MADE_MS, nodesOf, POD_MS, startWithClusters } from '../../support/cluster-labs.ts';
import { clusterLeftovers } from '../../support/clusters.ts';
import { leftovers, realDocker, sandboxLeftovers } from '../../support/engine.ts';
import type { ServerProcess } from '../../support/server-process.ts';
import type { TerminalSocket } from '../../support/terminal-socket.ts';
import { type DataFolder, dataFolder, IN_CLUSTER } from '../../support/test-server.ts';

const docker = realDocker();

const start = startWithClusters;
const nodes = (data: DataFolder) => nodesOf(docker, data);
const portOf = (server: ServerProcess) => Number(new URL(server.url).port);

const namespaceOf = async (terminal: TerminalSocket) => {
  await terminal.runs(
    'kubectl config view --minify -o jsonpath="{..namespace}"; echo " is" mine',
    'is mine\r\n',
    POD_MS,
  );
  return /lab-[a-z0-9]+/.exec(terminal.text)![0];
};

describe('labs in the shared cluster', () => {
  const data = dataFolder();
  let server: ServerProcess;

  beforeAll(async () => {
    server = await start(data);
  });

  afterAll(async () => {
    await server.end('SIGTERM');
    expect(await leftovers(docker, data.owner)).toEqual([]);
    expect(await clusterLeftovers(docker, data.owner)).toEqual([]);
    data[Symbol.dispose]();
  });

  test('one who is early sees the cluster being made, and then has kubectl, k and their completion, and a namespace', async () => {
    const { events, terminal } = await labOf(server, IN_CLUSTER);
    expect(events.messages.flatMap((m) => (m.type === 'session' ? m.session.steps : []))).toContainEqual(
      expect.objectContaining({ label: expect.stringMatching(/^Kubernetes: /) }),
    );
    await terminal.runs('kubectl get pods', 'No resources found in lab-', POD_MS);
    await terminal.runs('k get nodes --no-headers | awk "{print \\$2}"', 'Ready\r\n', POD_MS);
    await terminal.runs(
      'echo $KUBECONFIG; kubectl version | grep -c v1.36',
      '/home/learner/.kube/config\r\n2\r\n',
      POD_MS,
    );
    terminal.type('kubectl get deploym\t');
    await terminal.sees('deployments.apps', POD_MS);
    // What is typed before the terminal has taken this is thrown away with the line.
    terminal.type('\u0003');
    await terminal.sees('^C', POD_MS);
    terminal.type('k cluster-in\t');
    await terminal.sees('cluster-info', POD_MS);
    terminal.type('\u0003');
    events.close();
  });

  test('a pod runs from an image of the course mirror under its plain name, and its task is ticked', async () => {
    const { events, terminal } = await labOf(server, IN_CLUSTER);
    await terminal.runs('kubectl run web --image=busybox:1.37 -- sleep 3600', 'pod/web created', POD_MS);
    await events.taskIs('run', 'done', POD_MS);
    await terminal.runs('kubectl exec web -- echo from "in"side', 'from inside', POD_MS);
    events.close();
  });

  test('of the cluster, a shell reaches the API server and nothing else', async () => {
    const { events, terminal } = await labOf(server, IN_CLUSTER);
    await terminal.runs('nc -zvw3 kubernetes 6443 2>&1 | grep -o succ""eeded', 'succeeded\r\n', POD_MS);
    for (const port of [22, 2379, 10250, 30000])
      await terminal.runs(
        `nc -zw3 kubernetes ${port} && echo op""en || echo clo""sed ${port}`,
        `closed ${port}\r\n`,
        POD_MS,
      );
    await terminal.runs(
      `ip=$(kubectl get nodes -o jsonpath='{.items[0].status.addresses[0].address}'); for p in 6443 10250 2379; do nc -zw3 $ip $p && echo op""en; done; echo do""ne`,
      'done\r\n',
      POD_MS,
    );
    expect(terminal.text).not.toMatch(/^open/m);
    events.close();
  });

  test('reset gives a fresh namespace, and the old one goes', async () => {
    const { learner, id, events, terminal } = await labOf(server, IN_CLUSTER);
    const before = await namespaceOf(terminal);
    await learner.request('POST', `/api/sessions/${id}/reset`);
    await events.until('resetting', () => events.session.state === 'resetting');
    const { terminals } = await events.reaches('ready');
    const fresh = await learner.terminal(id, terminals[0]!.id);
    expect(await namespaceOf(fresh)).not.toBe(before);
    await fresh.runs(`kubectl get pods -n ${before} 2>&1 | grep -o -m1 For""bidden`, 'Forbidden\r\n', POD_MS);
    expect(await sandboxLeftovers(docker, data.owner)).not.toEqual([]);
    events.close();
  });

  test('a server that was killed takes the cluster and the labs in it up again', async () => {
    const { learner, id, events, terminal } = await labOf(server, IN_CLUSTER);
    await terminal.runs('kubectl create configmap kept --from-literal=a=b', 'configmap/kept created', POD_MS);
    const before = await nodes(data);
    await server.end('SIGKILL');
    events.close();
    server = await start(data, { port: portOf(server) });
    expect(await nodes(data)).toEqual(before);
    const { body } = await learner.request('GET', '/api/me');
    expect((body as MeView).sessions.find((session) => session.id === id)).toMatchObject({ state: 'ready' });
    const again = await learner.events(id);
    const back = await learner.terminal(id, (await again.reaches('ready')).terminals[0]!.id);
    await back.runs('kubectl get configmap kept -o jsonpath="{.data.a}"; echo " va""lue"', 'b value', POD_MS);
    again.close();
  });

  test('nodes that stop, as with the engine, are started again, with what was in them', async () => {
    const { events, terminal } = await labOf(server, IN_CLUSTER);
    await terminal.runs('kubectl create configmap still --from-literal=a=b', 'configmap/still created', POD_MS);
    for (const id of await nodes(data)) await docker.getContainer(id).stop();
    await expect
      .poll(
        async () => {
          terminal.type('kubectl get configmap still -o name --request-timeout=3s\r');
          return terminal.sees('configmap/still\r\n', 5_000).then(
            () => true,
            () => false,
          );
        },
        { timeout: MADE_MS },
      )
      .toBe(true);
    events.close();
  });

  test('a cluster that is gone: its labs are told so, and the next one gets a new cluster', async () => {
    const { learner, id, events } = await labOf(server, IN_CLUSTER);
    for (const one of await nodes(data)) await docker.getContainer(one).remove({ force: true, v: true });
    await events.until('the lab is told', () => events.session.state === 'failed', MADE_MS);
    expect(events.session.problem).toMatchObject({ code: 'cluster-lost' });
    events.close();
    await learner.request('DELETE', `/api/sessions/${id}`);
    const next = await labOf(server, IN_CLUSTER);
    await next.terminal.runs('kubectl get pods', 'No resources found in lab-', POD_MS);
    next.events.close();
  });
});

test('killed while it makes the cluster: the next server leaves nothing half made, and makes one', async () => {
  const data = dataFolder();
  const first = await start(data);
  await expect.poll(() => nodes(data), { timeout: 60_000 }).not.toEqual([]);
  const half = await nodes(data);
  await first.end('SIGKILL');
  await using next = await start(data);
  const { terminal, events } = await labOf(next, IN_CLUSTER);
  await terminal.runs('kubectl get pods', 'No resources found in lab-', POD_MS);
  expect(await nodes(data)).not.toEqual(expect.arrayContaining(half));
  events.close();
  await next.end('SIGTERM');
  expect(await clusterLeftovers(docker, data.owner)).toEqual([]);
  expect(await leftovers(docker, data.owner)).toEqual([]);
  rmSync(join(data.path), { recursive: true, force: true });
});
