import type { NetworkPolicyFacts, PolicyRule } from '../../lab/kubernetes-checks.ts';
import { type NetworkPolicy, policyPeer } from './schemas.ts';

export function networkPolicyFacts({ metadata, spec }: NetworkPolicy): NetworkPolicyFacts {
  return {
    subject: `NetworkPolicy ${metadata.name}`,
    name: metadata.name,
    podSelector: spec.podSelector,
    types: spec.policyTypes,
    ingress: spec.ingress?.map(({ from, ports }) => ({ peers: from.map(peer), ports })),
    egress: spec.egress?.map(({ to, ports }) => ({ peers: to.map(peer), ports })),
  };
}

function peer(written: unknown): PolicyRule['peers'][number] {
  const { podSelector, namespaceSelector, ipBlock } = policyPeer.parse(written);
  return {
    ...(podSelector && { pods: podSelector }),
    ...(namespaceSelector && { namespaces: namespaceSelector }),
    ...(ipBlock && { cidr: ipBlock.cidr }),
  };
}
