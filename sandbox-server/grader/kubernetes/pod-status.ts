import type { ContainerStatus, Pod } from './schemas.ts';

/** What `kubectl get pods` says under STATUS. */
export function podStatus({ metadata, spec, status }: Pod): string {
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  const preparing = status.initContainerStatuses.findIndex(({ state }) => state?.terminated?.exitCode !== 0);
  if (preparing >= 0) {
    const reason = whyNot(status.initContainerStatuses[preparing]);
    if (reason !== '' && reason !== 'PodInitializing') return `Init:${reason}`;
    if (status.phase === 'Pending') return `Init:${preparing}/${spec.initContainers.length}`;
  }
  // The first container that has something to say.
  const reason = status.containerStatuses.map(whyNot).find((why) => why !== '');
  // One that ended beside others that run: the pod goes on.
  const runs = status.containerStatuses.some(({ state, ready }) => state?.running && ready);
  if (reason === 'Completed' && runs) return 'Running';
  return reason ?? (status.reason || status.phase);
}

function whyNot(container: ContainerStatus | undefined): string {
  const { waiting, terminated } = container?.state ?? {};
  if (waiting?.reason) return waiting.reason;
  if (!terminated) return '';
  if (terminated.reason !== '') return terminated.reason;
  return terminated.signal === 0 ? `ExitCode:${terminated.exitCode}` : `Signal:${terminated.signal}`;
}

export function isReady({ status }: Pod): boolean {
  return status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
}

/** Who would make another one in its place. */
export function ownerOf({ ownerReferences }: Pod['metadata']): { kind: string; name: string } | undefined {
  const owner = ownerReferences.find(({ controller }) => controller);
  return owner && { kind: owner.kind, name: owner.name };
}

export function restartsOf({ status }: Pod): number {
  return status.containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
}
