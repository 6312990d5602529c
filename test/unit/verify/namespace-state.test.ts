import { expect, test } from 'vitest';
import { type NamespacedObject, undoPlan } from '../../../sandbox-server/verify/namespace-state.ts';

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
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'hello', annotations: {} }, spec: {} },
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', annotations: {} }, spec: { port: 80 } },
  ]);
});

test.each<[string, NamespacedObject[]]>([
  ['its template', web({ image: 'nginx:1.27', revision: '2' })],
  ['a pod of it is another one', web({ pod: 'web-1-b' })],
  ['a container of it was started again', web({ restarts: 1 })],
])('a Deployment is made anew with all that is below it: %s', (_what, after) => {
  const plan = undoPlan(web(), after);
  expect(plan?.gone).toEqual(['Deployment/web']);
  expect(plan?.made.map(({ kind }) => kind)).toEqual(['Deployment']);
});

test('a pod that was taken from its Deployment by its label goes as well', () => {
  const taken = object('Pod', 'web-1-a', {}, { spec: { image: 'nginx:1.26' } });
  const after = [...web({ pod: 'web-1-b' }), taken];
  expect(undoPlan(web(), after)?.gone.sort()).toEqual(['Deployment/web', 'Pod/web-1-a']);
});

test.each<[string, NamespacedObject[], NamespacedObject[]]>([
  ['a Deployment that had been rolled out has a history', web({ revision: '2' }), web({ revision: '3', image: 'x' })],
  ['a container that had been started again', web({ restarts: 1 }), web({ restarts: 2 })],
  ['a volume has data', [object('PersistentVolumeClaim', 'data')], []],
])('what cannot be made again: %s', (_what, before, after) => {
  expect(undoPlan(before, after)).toBeUndefined();
});

test('what the cluster and the platform put there is left alone', () => {
  const given = [object('ServiceAccount', 'default'), object('ConfigMap', 'kube-root-ca.crt')];
  expect(undoPlan([], [...given, object('RoleBinding', 'drydock-learner')])).toEqual({ gone: [], made: [] });
});
