import { expect, test } from 'vitest';
import { isAsReady, type NamespacedObject, undoPlan } from '../../../sandbox-server/verify/namespace-state.ts';

type Metadata = Partial<NamespacedObject['metadata']>;

const object = (kind: string, name: string, metadata: Metadata = {}, more: object = {}): NamespacedObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, uid: `${kind}-${name}`, resourceVersion: '7', ...metadata },
  ...more,
});
const below = (uid: string): Metadata => ({ ownerReferences: [{ uid, controller: true }] });

/** A Deployment with a pod, as the API server has it. */
function web({ image = 'nginx:1.26', revision = '1', pod = 'web-1-a', restarts = 0 } = {}): NamespacedObject[] {
  const annotations = { 'deployment.kubernetes.io/revision': revision };
  const status = { containerStatuses: [{ restartCount: restarts }] };
  return [
    object('Deployment', 'web', { annotations }, { spec: { image }, status: { availableReplicas: 1 } }),
    object('ReplicaSet', 'web-1', below('Deployment-web'), { spec: { image } }),
    object('Pod', pod, below('ReplicaSet-web-1'), { spec: { image, nodeName: 'worker' }, status }),
  ];
}
const service = (port: number) => object('Service', 'web', {}, { spec: { port } });
const bare = object('Pod', 'hello', {}, { spec: { nodeName: 'worker' }, status: { phase: 'Running' } });

test('nothing is to be done where nothing has changed but what the cluster itself writes', () => {
  const later = structuredClone([...web(), service(80)]).map((one) => {
    one.metadata['resourceVersion'] = '8';
    one.status = { ...one.status, phase: 'Running' };
    return one;
  });
  expect(undoPlan([...web(), service(80)], later)).toEqual({ gone: [], made: [] });
});

test('what is new goes, what has gone is made, what is different is made anew', () => {
  const plan = undoPlan([bare, service(80), ...web()], [service(81), object('ConfigMap', 'new'), ...web()]);
  expect(plan?.gone.sort()).toEqual(['ConfigMap/new', 'Service/web']);
  expect(plan?.made).toEqual([
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'hello' }, spec: {} },
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { port: 80 } },
  ]);
});

test.each<[string, NamespacedObject[]]>([
  ['its template', web({ image: 'nginx:1.27', revision: '2' })],
  ['a pod of it is another one', web({ pod: 'web-1-b' })],
  ['a container of it was started again', web({ restarts: 1 })],
])('a Deployment is made anew with all that is below it: %s', (_what, after) => {
  const plan = undoPlan(web(), after);
  const [pod] = after.filter(({ kind }) => kind === 'Pod');
  expect(plan?.gone).toEqual(['Deployment/web', 'ReplicaSet/web-1', `Pod/${pod?.metadata.name}`]);
  expect(plan?.made.map(({ kind }) => kind)).toEqual(['ReplicaSet', 'Deployment']);
});

test('a pod that was taken from its Deployment by its label goes as well', () => {
  const taken = object('Pod', 'web-1-a', {}, { spec: { image: 'nginx:1.26' } });
  const after = [...web({ pod: 'web-1-b' }), taken];
  const gone = ['Deployment/web', 'ReplicaSet/web-1', 'Pod/web-1-b', 'Pod/web-1-a'];
  expect(undoPlan(web(), after)?.gone.sort()).toEqual(gone.sort());
});

test('a Deployment that had been rolled out is made after its ReplicaSets, which carry its history', () => {
  const before = [
    ...web({ revision: '2' }),
    object('ReplicaSet', 'web-0', below('Deployment-web'), { spec: { replicas: 0 } }),
  ];
  const plan = undoPlan(before, web({ revision: '3', image: 'x' }));
  expect(plan?.made.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
    'ReplicaSet/web-1',
    'ReplicaSet/web-0',
    'Deployment/web',
  ]);
  expect(plan?.made.every(({ metadata }) => metadata.ownerReferences === undefined)).toBe(true);
  expect(plan?.made.at(-1)?.metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '2' });
});

test('a volume has data, and cannot be made again', () => {
  expect(undoPlan([object('PersistentVolumeClaim', 'data')], [])).toBeUndefined();
});

test('what the cluster and the platform put there is left alone', () => {
  const given = [object('ServiceAccount', 'default'), object('ConfigMap', 'kube-root-ca.crt')];
  expect(undoPlan([], [...given, object('RoleBinding', 'drydock-learner')])).toEqual({ gone: [], made: [] });
});

const pod = (name: string, phase: string, ending = false) =>
  object('Pod', name, ending ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}, { status: { phase } });
const node = (unschedulable: boolean) => object('Node', 'worker', {}, { spec: { unschedulable }, status: {} });

test.each<[string, NamespacedObject[], NamespacedObject[], boolean]>([
  ['the same', web(), web(), true],
  ['one that was going has gone', [pod('a', 'Running'), pod('b', 'Running', true)], [pod('c', 'Running')], true],
  ['one is still going', [pod('a', 'Running')], [pod('a', 'Running'), pod('b', 'Running', true)], false],
  ['one is not yet there', [pod('a', 'Running'), pod('b', 'Running')], [pod('a', 'Running')], false],
  ['one does not run yet', [pod('a', 'Running')], [pod('a', 'Pending')], false],
  ['one that did not run does', [pod('a', 'Pending')], [pod('a', 'Running')], true],
  ['a node takes no pods', [node(false)], [node(true)], false],
])('is all as ready as it was: %s', (_what, before, now, ready) => {
  expect(isAsReady(before, now)).toBe(ready);
});

test('what was going anyway is not made anew, and nodes are none of it', () => {
  expect(undoPlan([pod('a', 'Running', true), node(false)], [])).toEqual({ gone: [], made: [] });
});
