import type { ClaimFacts, VolumeOfClaim } from '../../lab/kubernetes-checks.ts';
import { quantity } from './quantity.ts';
import type { Claim } from './schemas.ts';

export function claimFacts(
  { metadata, spec, status }: Claim,
  volume: (name: string) => Promise<VolumeOfClaim | undefined>,
): ClaimFacts {
  return {
    subject: `PersistentVolumeClaim ${metadata.name}`,
    name: metadata.name,
    uid: metadata.uid,
    phase: status.phase,
    storageClass: spec.storageClassName,
    accessModes: spec.accessModes,
    requestedBytes: quantity(spec.resources?.requests['storage']),
    volume: () => (spec.volumeName === '' ? Promise.resolve(undefined) : volume(spec.volumeName)),
  };
}
