import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clusters } from '../../sandbox-server/cluster/cluster.ts';
import { isReady } from '../../sandbox-server/cluster/is-ready.ts';

export interface ClustersUnderTest extends AsyncDisposable {
  clusters: Clusters;
  /** As a server that starts again on the same data folder has it. */
  again: () => Clusters;
  /** Names of everything that is there of a cluster, or of all of them. */
  leftovers: (id?: string) => Promise<string[]>;
  /** Stops a node, as a lesson or a crash would. The first is the control plane. */
  stopNode: (id: string, index: number) => Promise<void>;
  /** Runs kubectl as the administrator; resolves to its output. */
  kubectl: (id: string, ...args: string[]) => Promise<string>;
}

const TWO_NODES = 'twin';
/** What was on its way to the engine has arrived by then. */
const LATER_MS = 3_000;

/** What all clusters must do. `make` gives one with nothing in it. */
export function clustersContract(name: string, make: () => Promise<ClustersUnderTest>): void {
  describe(name, () => {
    let under: ClustersUnderTest;
    let clusters: Clusters;
    const steps: string[] = [];

    beforeAll(async () => {
      under = await make();
      clusters = under.clusters;
      await clusters.create({ id: TWO_NODES, nodes: 2 }, { onStep: (step) => void steps.push(step) });
    });

    afterAll(async () => {
      await under[Symbol.asyncDispose]();
      expect(await under.leftovers()).toEqual([]);
    });

    test('what is created runs, is told step by step, and its API server answers', async () => {
      expect(steps.length).toBeGreaterThan(3);
      expect(await clusters.stat(TWO_NODES)).toEqual({ state: 'running', down: [], answers: true });
      expect(await isReady(await clusters.access(TWO_NODES))).toBe(true);
      expect(await under.kubectl(TWO_NODES, 'get', 'nodes', '--no-headers')).toMatch(/^(\S+ +Ready .*\n){2}$/);
    });

    test('pods run on both nodes, reach each other across them, and find a Service by its name', async () => {
      const image = 'docker.io/library/busybox:drydock';
      const nodes = (await under.kubectl(TWO_NODES, 'get', 'nodes', '--output=name')).trim().split('\n');
      const [first, second] = nodes.map((one) => one.replace('node/', ''));
      const pod = (called: string, node: string | undefined, command: string[]) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: called, labels: { app: called } },
        spec: {
          nodeName: node,
          terminationGracePeriodSeconds: 0,
          tolerations: [{ operator: 'Exists' }],
          containers: [{ name: called, image, command }],
        },
      });
      const serve = ['sh', '-c', 'mkdir /w && echo from the other node > /w/index.html && httpd -f -p 8080 -h /w'];
      const apply = (object: object) => under.kubectl(TWO_NODES, 'apply', '--filename', JSON.stringify(object));
      await apply(pod('server', first, serve));
      await apply(pod('client', second, ['sleep', '3600']));
      await under.kubectl(TWO_NODES, 'expose', 'pod', 'server', '--port=80', '--target-port=8080');
      await under.kubectl(TWO_NODES, 'wait', '--for=condition=Ready', 'pod/server', 'pod/client', '--timeout=120s');
      await expect
        .poll(() => under.kubectl(TWO_NODES, 'exec', 'client', '--', 'wget', '-qO-', 'http://server').catch(String))
        .toBe('from the other node\n');
    });

    test('a NetworkPolicy is enforced', async () => {
      const deny = { podSelector: { matchLabels: { app: 'server' } }, policyTypes: ['Ingress'] };
      const policy = {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'deny' },
        spec: deny,
      };
      const ask = () =>
        under.kubectl(TWO_NODES, 'exec', 'client', '--', 'timeout', '2', 'wget', '-qO-', 'http://server').then(
          () => 'open',
          () => 'closed',
        );
      expect(await ask()).toBe('open');
      await under.kubectl(TWO_NODES, 'apply', '--filename', JSON.stringify(policy));
      await expect.poll(ask).toBe('closed');
      await under.kubectl(TWO_NODES, 'delete', 'networkpolicy', 'deny');
      await expect.poll(ask).toBe('open');
    });

    test('a claim gets a volume of the default StorageClass, and its data outlives the pod', async () => {
      const claim = {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '16Mi' } } },
      };
      const pod = (called: string, script: string) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: called },
        spec: {
          restartPolicy: 'Never',
          containers: [
            {
              name: called,
              image: 'docker.io/library/busybox:drydock',
              command: ['sh', '-c', script],
              volumeMounts: [{ name: 'data', mountPath: '/data' }],
            },
          ],
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
        },
      });
      await under.kubectl(TWO_NODES, 'apply', '--filename', JSON.stringify(claim));
      for (const [called, script] of [
        ['writer', 'echo kept > /data/file'],
        ['reader', 'cat /data/file'],
      ] as const) {
        await under.kubectl(TWO_NODES, 'apply', '--filename', JSON.stringify(pod(called, script)));
        await under.kubectl(
          TWO_NODES,
          ...['wait', '--for=jsonpath={.status.phase}=Succeeded', `pod/${called}`, '--timeout=120s'],
        );
      }
      expect(await under.kubectl(TWO_NODES, 'logs', 'reader')).toBe('kept\n');
    });

    test('kubectl top has figures of nodes and pods', async () => {
      await expect
        .poll(() => under.kubectl(TWO_NODES, 'top', 'nodes', '--no-headers').catch(String), { timeout: 120_000 })
        .toMatch(/^\S+ +\d+m +\d+% +\d+Mi +\d+% *\n\S+ +\d+m/);
    });

    test('a server that starts again takes it up; what it does not know is removed', async () => {
      const later = under.again();
      expect(await later.list()).toEqual([{ id: TWO_NODES, nodes: 2 }]);
      expect(await later.unfinished()).toEqual([]);
      await later.reconcile([TWO_NODES]);
      expect(await later.stat(TWO_NODES)).toEqual({ state: 'running', down: [], answers: true });
    });

    test('a stopped node is told by name, and comes back', async () => {
      await under.stopNode(TWO_NODES, 1);
      const { state, down } = await clusters.stat(TWO_NODES);
      expect({ state, down }).toEqual({ state: 'degraded', down: [expect.stringMatching(/worker$/)] });
      await clusters.revive(TWO_NODES);
      expect(await under.kubectl(TWO_NODES, 'get', '--raw', `/api/v1/nodes/${down[0]}/proxy/healthz`)).toBe('ok');
      expect(await clusters.stat(TWO_NODES)).toEqual({ state: 'running', down: [], answers: true });
    });

    test('a node whose plug is pulled is gone, the rest goes on, and it comes back with its power', async () => {
      const names = await under.kubectl(TWO_NODES, 'get', 'nodes', '--output=jsonpath={.items[*].metadata.name}');
      const [control, worker] = [/\S+control-plane/, /\S+worker/].map((node) => node.exec(names)![0]);
      await clusters.setPower(TWO_NODES, worker!, 'off');
      await clusters.setPower(TWO_NODES, worker!, 'off');
      expect(await clusters.stat(TWO_NODES)).toEqual({ state: 'degraded', down: [worker], answers: true });
      await clusters.setPower(TWO_NODES, control!, 'off');
      await clusters.setPower(TWO_NODES, 'no-such-node', 'off');
      expect((await clusters.stat(TWO_NODES)).answers).toBe(true);
      await clusters.setPower(TWO_NODES, worker!, 'on');
      await clusters.setPower(TWO_NODES, worker!, 'on');
      await clusters.revive(TWO_NODES);
      expect(await clusters.stat(TWO_NODES)).toEqual({ state: 'running', down: [], answers: true });
    });

    test('all nodes stopped, as after a restart of the engine: it comes back with what was in it', async () => {
      await under.kubectl(TWO_NODES, 'create', 'configmap', 'kept', '--from-literal=key=value');
      await under.stopNode(TWO_NODES, 1);
      await under.stopNode(TWO_NODES, 0);
      expect((await clusters.stat(TWO_NODES)).state).toBe('degraded');
      await clusters.revive(TWO_NODES);
      expect(await under.kubectl(TWO_NODES, 'get', 'configmap', 'kept', '--output=jsonpath={.data.key}')).toBe('value');
    });

    test.each([
      ['before anything is there', /network/i, 0],
      ['while its nodes are being made', /preparing nodes/i, 100],
      ['while they are starting', /control-plane/i, 0],
    ])('creating that is aborted %s leaves nothing, then and later, and the neighbour alone', async (_when, at, ms) => {
      const abort = new AbortController();
      const onStep = (step: string) => void (at.test(step) && setTimeout(() => abort.abort(), ms));
      const made = clusters.create({ id: 'half', nodes: 2 }, { signal: abort.signal, onStep });
      await expect(made).rejects.toMatchObject({ name: 'AbortError' });
      expect(await under.leftovers('half')).toEqual([]);
      await sleep(LATER_MS);
      expect(await under.leftovers('half')).toEqual([]);
      expect((await clusters.stat(TWO_NODES)).state).toBe('running');
    });

    test('one that is wanted early is made when its nodes are Ready, and the rest of it comes by itself', async () => {
      await clusters.create({ id: 'early', nodes: 1 }, { early: true });
      expect(await clusters.list()).toContainEqual({ id: 'early', nodes: 1 });
      expect(await under.kubectl('early', 'get', 'nodes', '--no-headers')).toMatch(/^\S+ +Ready /);
      for (const what of ['deployments', 'apiservices']) {
        const all = [what, '--all', '--all-namespaces'];
        await under.kubectl('early', 'wait', '--for=condition=Available', ...all, '--timeout=150s');
      }
      await clusters.destroy('early');
      expect(await under.leftovers('early')).toEqual([]);
    });

    test('a cluster that is not there is gone, has no access, and can be destroyed', async () => {
      expect(await clusters.stat('none')).toEqual({ state: 'gone', down: [], answers: false });
      await expect(clusters.access('none')).rejects.toMatchObject({ code: 'cluster-lost' });
      await expect(clusters.revive('none')).rejects.toMatchObject({ code: 'cluster-lost' });
      await clusters.destroy('none');
    });

    test('destroyed, it is gone with all that was of it', async () => {
      await clusters.destroy(TWO_NODES);
      expect(await under.leftovers(TWO_NODES)).toEqual([]);
      expect(await clusters.list()).toEqual([]);
    });
  });
}
