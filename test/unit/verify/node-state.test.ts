import { expect, test } from 'vitest';
import { nodesBack, nodeStates } from '../../../sandbox-server/verify/node-state.ts';

interface Changes {
  labels?: Record<string, string>;
  unschedulable?: boolean;
  power?: string;
  ready?: boolean;
}

/** A cluster of one node, as kubectl tells of it. */
function nodes({ labels = {}, unschedulable, power, ready = true }: Changes = {}) {
  const annotations: Record<string, string> = power === undefined ? {} : { 'drydock/power': power };
  const status = { conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }] };
  const spec = unschedulable === undefined ? {} : { unschedulable };
  const metadata = { name: 'worker', uid: 'worker', labels, annotations };
  return nodeStates([{ apiVersion: 'v1', kind: 'Node', metadata, spec, status }]);
}

test.each<[string, Changes, Changes, string[]]>([
  ['nothing', {}, {}, []],
  ['cordoned', {}, { unschedulable: true }, ['kubectl uncordon worker']],
  ['uncordoned', { unschedulable: true }, {}, ['kubectl cordon worker']],
  ['switched off', {}, { power: 'off', ready: false }, ['kubectl annotate --overwrite node worker drydock/power-']],
  [
    'labelled anew',
    { labels: { disk: 'fast', zone: 'a' } },
    { labels: { disk: 'slow', rack: '1', zone: 'a' } },
    ['kubectl label --overwrite node worker disk=fast rack-'],
  ],
])('what brings a node back that was %s', (_what, before, after, commands) => {
  expect(nodesBack(nodes(before), nodes(after))).toEqual(commands);
});

test('whether it is ready is waited for, and no command', () => {
  expect(nodes({ ready: false })[0]).toMatchObject({ name: 'worker', ready: false, cordoned: false, power: undefined });
  expect(nodesBack(nodes(), nodes({ ready: false }))).toEqual([]);
});
