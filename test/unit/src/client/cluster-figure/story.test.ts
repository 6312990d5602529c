import type { ClusterEvent } from '@ngrok/webernetes';
import { expect, test } from 'vitest';
import { howItIs, shortName } from '../../../../../src/client/cluster-figure/simulation/figure-state.ts';
import { NewsList } from '../../../../../src/client/cluster-figure/simulation/news-list.ts';
import { tell } from '../../../../../src/client/cluster-figure/simulation/story.ts';

const NAMES = {
  node: (name: string) => name.replace('node-3', 'node-2'),
  nodeOf: () => 'node-1',
  version: (set: string) => (set === 'api-6b77' ? '2' : '1'),
};

function words(reason: string, message: string, name = 'api-6b77-x2x7k'): string | undefined {
  const event = { metadata: { name: 'e', uid: 'e' }, involvedObject: { name }, reason, message } satisfies ClusterEvent;
  const told = tell(event, NAMES);
  return told && `${told.who} ${told.what}`;
}

test.each([
  ['ScalingReplicaSet', 'Scaled up replica set api-6b77 from 0 to 1', 'Deployment controller wants 1 pod of version 2'],
  [
    'ScalingReplicaSet',
    'Scaled down replica set api-5b from 3 to 2',
    'Deployment controller wants 2 pods of version 1',
  ],
  ['SuccessfulCreate', 'Created pod: api-6b77-abcde', 'ReplicaSet controller counts too few, and makes pod abcde'],
  ['Scheduled', 'Successfully assigned default/api-6b77-x2x7k to node-3', 'Scheduler gives pod x2x7k to node-2'],
  ['Started', 'Started container', 'Kubelet of node-1 starts the container of pod x2x7k'],
  ['Killing', 'Stopping container api', 'Kubelet of node-1 stops the container of pod x2x7k'],
])('%s is told in plain words', (reason, message, expected) => {
  expect(words(reason, message)).toBe(expected);
});

test('what adds nothing is left out', () => {
  expect(words('Pulled', 'Container image "api:1" already present on machine')).toBeUndefined();
});

test('the newest news come first, old ones go, and a probe that fails every second is told once', () => {
  const list = new NewsList();
  list.addOnce({ who: 'Kubelet', what: 'probes' });
  list.addOnce({ who: 'Kubelet', what: 'probes' });
  expect(list.newestFirst).toHaveLength(1);
  for (let count = 1; count <= 20; count++) list.add({ who: 'Scheduler', what: String(count) });
  list.addOnce({ who: 'Kubelet', what: 'probes' });
  expect(list.newestFirst.map(({ what }) => what)).toEqual(['20', '19', '18', '17', '16', '15', '14', '13']);
});

test('a sentence says how the pods are, by version while there are two', () => {
  const set = (version: number, replicas: number, ready: number) => ({
    revision: version,
    name: `api-${version}`,
    image: `api:${version}`,
    replicas,
    ready,
  });
  const deployment = { name: 'api', replicas: 3, ready: 3 };
  expect(howItIs({ ...deployment, revisions: [set(1, 0, 0), set(2, 3, 3)] })).toBe('3 of 3 pods are ready.');
  expect(howItIs({ ...deployment, replicas: 1, ready: 0, revisions: [] })).toBe('0 of 1 pod is ready.');
  expect(howItIs({ ...deployment, revisions: [set(1, 2, 2), set(2, 2, 1)] })).toBe(
    'Pods that are ready: 2 of version 1, 1 of version 2.',
  );
  expect(shortName('api-5b878f9d54-pym8q')).toBe('pym8q');
});
