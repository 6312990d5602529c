import { isReady } from './pod-status.ts';
import type { ContainerStatus, Event, Pod } from './schemas.ts';

/** What the kubelet says of a pod whose containers it cannot make, or whose probes fail. */
const OF_MAKING = new Set(['FailedMount', 'FailedAttachVolume', 'FailedCreatePodSandBox']);
const OF_PROBES = new Set(['Unhealthy']);

/** What follows in the scheduler's message: whether taking other pods away would help. */
const OF_PREEMPTION = / (?:no new claims to deallocate, )?preemption: .*$/s;

/** Why a pod does not run or is not ready, in the words of the scheduler and the kubelet. Empty when it is, or when they have not said. */
export function whyNotRunning(pod: Pod, warnings: Iterable<Event>): string {
  const { metadata, status } = pod;
  if (metadata.deletionTimestamp !== undefined || isReady(pod)) return '';
  const homeless = status.conditions.find((one) => one.type === 'PodScheduled' && one.status === 'False');
  if (homeless) return homeless.message.replace(OF_PREEMPTION, '');
  const containers = [...status.initContainerStatuses, ...status.containerStatuses];
  const said = containers.map(whyNot).find((why) => why !== '');
  if (said !== undefined) return said;
  return newest(metadata.uid, warnings, status.phase === 'Pending' ? OF_MAKING : OF_PROBES);
}

function whyNot({ state, lastState }: ContainerStatus): string {
  const waiting = state?.waiting;
  // Its message tells only how long it waits.
  if (waiting?.reason !== 'CrashLoopBackOff') return waiting?.message ?? '';
  const { exitCode, reason = '' } = lastState?.terminated ?? {};
  if (exitCode === undefined) return waiting.message;
  return `ended with exit code ${exitCode}${reason === '' || reason === 'Error' ? '' : ` (${reason})`}`;
}

function newest(uid: string, warnings: Iterable<Event>, reasons: ReadonlySet<string>): string {
  let last: Event | undefined;
  for (const event of warnings) {
    if (event.involvedObject.uid !== uid || !reasons.has(event.reason)) continue;
    if (last === undefined || versionOf(event) > versionOf(last)) last = event;
  }
  return last?.message ?? '';
}

/** Grows with each change; events of one second have the same times. */
const versionOf = ({ metadata }: Event) => Number(metadata.resourceVersion);
