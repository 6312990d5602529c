import { expect, test } from 'vitest';
import { podStatus } from '../../../../sandbox-server/grader/kubernetes/pod-status.ts';
import { pod } from '../../../../sandbox-server/grader/kubernetes/schemas.ts';

const make = (status: object, more: object = {}) =>
  pod.parse({ metadata: { name: 'web', ...more }, spec: { initContainers: [{ name: 'a' }, { name: 'b' }] }, status });
const container = (state: object, ready = false) => ({ name: 'main', ready, state });
const runs = container({ running: {} }, true);

test.each([
  ['Pending', make({ phase: 'Pending' })],
  ['Running', make({ phase: 'Running', containerStatuses: [runs] })],
  [
    'ContainerCreating',
    make({ phase: 'Pending', containerStatuses: [container({ waiting: { reason: 'ContainerCreating' } })] }),
  ],
  [
    'CrashLoopBackOff',
    make({ phase: 'Running', containerStatuses: [container({ waiting: { reason: 'CrashLoopBackOff' } })] }),
  ],
  ['OOMKilled', make({ phase: 'Failed', containerStatuses: [container({ terminated: { reason: 'OOMKilled' } })] })],
  ['ExitCode:3', make({ phase: 'Failed', containerStatuses: [container({ terminated: { exitCode: 3 } })] })],
  ['Signal:9', make({ phase: 'Failed', containerStatuses: [container({ terminated: { exitCode: 137, signal: 9 } })] })],
  ['Completed', make({ phase: 'Succeeded', containerStatuses: [container({ terminated: { reason: 'Completed' } })] })],
  [
    'Running',
    make({ phase: 'Running', containerStatuses: [container({ terminated: { reason: 'Completed' } }), runs] }),
  ],
  ['Evicted', make({ phase: 'Failed', reason: 'Evicted' })],
  ['Terminating', make({ phase: 'Running', containerStatuses: [runs] }, { deletionTimestamp: '2026-01-01T00:00:00Z' })],
  [
    'Init:1/2',
    make({
      phase: 'Pending',
      initContainerStatuses: [container({ terminated: { exitCode: 0 } }), container({ running: {} })],
    }),
  ],
  [
    'Init:Error',
    make({ phase: 'Pending', initContainerStatuses: [container({ terminated: { exitCode: 1, reason: 'Error' } })] }),
  ],
])('%s, as kubectl says it', (words, object) => {
  expect(podStatus(object)).toBe(words);
});
