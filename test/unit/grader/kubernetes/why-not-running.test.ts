import { expect, test } from 'vitest';
import * as schemas from '../../../../sandbox-server/grader/kubernetes/schemas.ts';
import { whyNotRunning } from '../../../../sandbox-server/grader/kubernetes/why-not-running.ts';

const pod = (status: object, metadata: object = {}) =>
  schemas.pod.parse({
    metadata: { name: 'web', uid: 'web-1', ...metadata },
    spec: { containers: [] },
    status: { phase: 'Pending', ...status },
  });
const container = (state: object, more: object = {}) => ({ name: 'web', state, ...more });
const warning = (reason: string, message: string, resourceVersion: string, uid = 'web-1') =>
  schemas.event.parse({
    metadata: { name: `web.${resourceVersion}`, resourceVersion },
    ...{ type: 'Warning', reason, message, involvedObject: { kind: 'Pod', name: 'web', uid } },
  });
const creating = { containerStatuses: [container({ waiting: { reason: 'ContainerCreating' } })] };
const ready = (status: 'True' | 'False') => ({ conditions: [{ type: 'Ready', status }] });

test('a pod on no node: what the scheduler says, without what would not help', () => {
  const says = (message: string) =>
    whyNotRunning(pod({ conditions: [{ type: 'PodScheduled', status: 'False', message }] }), []);
  expect(says('0/1 nodes are available: 1 Insufficient cpu.')).toBe('0/1 nodes are available: 1 Insufficient cpu.');
  const ofOthers = 'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';
  for (const more of [ofOthers, `no new claims to deallocate, ${ofOthers}`])
    expect(says(`0/1 nodes are available: 1 Insufficient cpu. ${more}`)).toBe(
      '0/1 nodes are available: 1 Insufficient cpu.',
    );
});

test('a container that waits: what the kubelet says of it, first of what comes first', () => {
  const waits = (message: string) => container({ waiting: { reason: 'ImagePullBackOff', message } });
  expect(whyNotRunning(pod({ containerStatuses: [waits('nginx: not found')] }), [])).toBe('nginx: not found');
  const both = { initContainerStatuses: [waits('busybox: not found')], containerStatuses: [waits('nginx: not found')] };
  expect(whyNotRunning(pod(both), [])).toBe('busybox: not found');
});

test('a container that ends again and again: how it ended, not how long it waits', () => {
  const loops = (terminated?: object) =>
    pod({
      phase: 'Running',
      containerStatuses: [
        container({ waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } }, { lastState: { terminated } }),
      ],
    });
  expect(whyNotRunning(loops({ exitCode: 1, reason: 'Error' }), [])).toBe('ended with exit code 1');
  expect(whyNotRunning(loops({ exitCode: 137, reason: 'OOMKilled' }), [])).toBe('ended with exit code 137 (OOMKilled)');
  expect(whyNotRunning(loops(), [])).toBe('back-off 10s');
});

test('a container that is being made: the newest warning about it, of this pod and no other of its name', () => {
  const warnings = [
    warning('FailedMount', 'configmap "b" not found', '10'),
    warning('FailedMount', 'configmap "a" not found', '9'),
    warning('Unhealthy', 'probe failed', '11'),
    warning('FailedMount', 'configmap "of another" not found', '12', 'web-2'),
  ];
  expect(whyNotRunning(pod(creating), warnings)).toBe('configmap "b" not found');
  expect(whyNotRunning(pod(creating), [])).toBe('');
});

test('one that runs and is not ready: its probe; nothing of one that is ready or goes', () => {
  const runs = (is: 'True' | 'False', metadata?: object) => pod({ phase: 'Running', ...ready(is) }, metadata);
  const warnings = [warning('Unhealthy', 'probe failed', '11'), warning('FailedMount', 'long since there', '12')];
  expect(whyNotRunning(runs('False'), warnings)).toBe('probe failed');
  expect(whyNotRunning(runs('True'), warnings)).toBe('');
  expect(whyNotRunning(runs('False', { deletionTimestamp: '2026-01-01T00:00:00Z' }), warnings)).toBe('');
});
