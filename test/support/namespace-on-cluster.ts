import type { ClusterAccess } from '../../sandbox-server/cluster/cluster.ts';
import { KubernetesApi, type KubernetesObject } from '../../sandbox-server/cluster/kubernetes-api.ts';
import { namespaceOf } from '../../sandbox-server/cluster/sessions/learner-namespace.ts';
import { NamespaceReader } from '../../sandbox-server/cluster/sessions/namespace-reader.ts';
import { ClusterSessions } from '../../sandbox-server/cluster/sessions/cluster-sessions.ts';

/** On every node, so that no registry is needed. */
export const NODE_IMAGE = 'docker.io/library/busybox:drydock';

/** A session's namespace in a real cluster: read as checks do, changed as a learner would. */
export async function namespaceOnCluster(access: ClusterAccess, session: string) {
  const sessions = new ClusterSessions(access);
  await sessions.prepare();
  await sessions.open({ id: session, seconds: 3600, server: access.server, tokenFile: '/nowhere' });
  const api = new KubernetesApi(access);
  const namespace = namespaceOf(session);
  const path = (plural: string, group = '/api/v1') => `${group}/namespaces/${namespace}/${plural}`;
  return {
    namespace,
    api,
    reader: new NamespaceReader(namespace, () => api),
    create: (plural: string, object: Omit<KubernetesObject, 'apiVersion' | 'kind'>, group?: string) =>
      api.create(path(plural, group), object),
    patch: (object: string, changes: object, group?: string) =>
      api.send('PATCH', path(object, group), changes, 'application/strategic-merge-patch+json'),
    remove: (object: string, group?: string) => api.remove(path(object, group)),
    [Symbol.dispose]: () => {
      sessions[Symbol.dispose]();
      api[Symbol.dispose]();
    },
  };
}

/** A container that answers with its host's name, and takes what the test says. */
export function answering(more: Record<string, unknown> = {}): Record<string, unknown> {
  const serve = 'mkdir /w && hostname > /w/index.html && exec httpd -f -p 8080 -h /w';
  return { name: 'main', image: NODE_IMAGE, command: ['sh', '-c', serve], ...more };
}
