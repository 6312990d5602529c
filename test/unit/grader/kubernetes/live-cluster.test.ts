import { expect, test } from 'vitest';
import { liveCluster } from '../../../../sandbox-server/grader/kubernetes/live-cluster.ts';
import * as schemas from '../../../../sandbox-server/grader/kubernetes/schemas.ts';

const map = <T extends { metadata: { name: string } }>(...objects: T[]) =>
  new Map(objects.map((object) => [object.metadata.name, object]));
const set = (name: string, revision: string, replicas: number, status: object) =>
  schemas.replicaSet.parse({
    metadata: {
      name,
      annotations: { 'deployment.kubernetes.io/revision': revision },
      ownerReferences: [{ kind: 'Deployment', name: 'web', controller: true }],
    },
    spec: {
      replicas,
      template: { spec: { containers: [{ name: 'web', image: `docker.io/library/nginx:1.${revision}` }] } },
    },
    status,
  });

test('a rollout: revisions in order, without those that have no pods any more', () => {
  const { deployments } = liveCluster({
    nodes: map(),
    pods: map(),
    services: map(),
    slices: map(),
    warnings: map(),
    deployments: map(
      schemas.deployment.parse({
        metadata: { name: 'web' },
        spec: { replicas: 2, template: { metadata: {}, spec: {} } },
        status: { readyReplicas: 2 },
      }),
    ),
    replicaSets: map(
      set('web-c', '10', 1, { replicas: 1, readyReplicas: 0 }),
      // Shall have none, and has one that is ending.
      set('web-b', '9', 0, { replicas: 1, readyReplicas: 1 }),
      set('web-a', '8', 0, {}),
    ),
  });
  expect(deployments).toEqual([
    {
      ...{ name: 'web', replicas: 2, ready: 2 },
      revisions: [
        { revision: 9, name: 'web-b', image: 'nginx:1.9', replicas: 0, ready: 1 },
        { revision: 10, name: 'web-c', image: 'nginx:1.10', replicas: 1, ready: 0 },
      ],
    },
  ]);
});

test('a Service: who gets what is sent to it, and who is not ready for it', () => {
  const endpoint = (name: string, ready: boolean | null) => ({
    ...{ addresses: ['10.0.0.1'], conditions: { ready }, targetRef: { kind: 'Pod', name } },
  });
  const { services } = liveCluster({
    nodes: map(),
    pods: map(),
    deployments: map(),
    replicaSets: map(),
    services: map(
      schemas.service.parse({
        metadata: { name: 'web' },
        spec: { type: 'ClusterIP', selector: { app: 'web', tier: 'x' } },
      }),
    ),
    warnings: map(),
    slices: map(
      schemas.endpointSlice.parse({
        metadata: { name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
        endpoints: [endpoint('b', true), endpoint('a', null), endpoint('c', false)],
      }),
      schemas.endpointSlice.parse({
        metadata: { name: 'db-1', labels: { 'kubernetes.io/service-name': 'db' } },
        endpoints: [endpoint('d', true)],
      }),
    ),
  });
  expect(services).toEqual([
    { name: 'web', type: 'ClusterIP', selects: 'app=web, tier=x', sendsTo: ['a', 'b'], waitsFor: ['c'] },
  ]);
});

test('why a pod does not run: whole, where its image has a long name; else it shows that something is cut off', () => {
  const image = 'docker.io/library/node:22-slimm';
  const message = `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
  const pod = (name: string, why: string) =>
    schemas.pod.parse({
      metadata: { name, uid: name },
      spec: { containers: [{ name: 'web', image }] },
      status: {
        phase: 'Pending',
        containerStatuses: [{ name: 'web', state: { waiting: { reason: 'x', message: why } } }],
      },
    });
  const { pods } = liveCluster({
    nodes: map(),
    pods: map(pod('long', message), pod('longer', 'y'.repeat(301))),
    services: map(),
    slices: map(),
    warnings: map(),
    deployments: map(),
    replicaSets: map(),
  });
  expect(pods.map(({ why }) => why)).toEqual([message, `${'y'.repeat(300)}…`]);
});
