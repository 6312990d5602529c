import { KubernetesError } from '../../cluster/kubernetes-error.ts';
import type { EndpointFacts, ServiceFacts } from '../../lab/kubernetes-checks.ts';
import type { KubernetesReader } from '../kubernetes-reader.ts';
import type { EndpointSlice, Service } from './schemas.ts';

/** The zone of Services; kubeadm's default, which all of our clusters keep. */
const ZONE = 'svc.cluster.local';

export function serviceFacts(
  { metadata, spec }: Service,
  look: { cluster: KubernetesReader; path: string; slices: () => Promise<EndpointSlice[]>; signal: AbortSignal },
): ServiceFacts {
  const { cluster, path, slices, signal } = look;
  const { name } = metadata;
  return {
    subject: `Service ${name}`,
    name,
    type: spec.type,
    clusterIp: spec.clusterIP,
    dnsName: `${name}.${cluster.namespace}.${ZONE}`,
    labels: metadata.labels,
    selector: spec.selector,
    ports: spec.ports,
    endpoints: async () => (await slices()).flatMap(endpointFacts),
    ask: async (page, { port = spec.ports[0]?.port ?? 80 } = {}) => {
      // As node:http and every server expect it: one slash between the two.
      const where = `${path}:${port}/proxy/${page.replace(/^\/+/, '')}`;
      try {
        return { status: 200, body: (await cluster.bytes(where, { signal })).toString('utf8') };
      } catch (error) {
        if (error instanceof KubernetesError) return { status: error.status, body: '' };
        throw error;
      }
    },
  };
}

export function endpointFacts({ endpoints: found, ports }: EndpointSlice): EndpointFacts[] {
  return found.flatMap(({ addresses, conditions, nodeName, targetRef }) =>
    addresses.map((ip) => ({
      ip,
      ports: ports.map(({ port }) => port),
      ready: conditions?.ready ?? true,
      pod: targetRef?.kind === 'Pod' ? targetRef.name : '',
      node: nodeName,
    })),
  );
}
