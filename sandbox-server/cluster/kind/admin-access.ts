import { parse } from 'yaml';
import { z } from 'zod';
import type { ClusterAccess } from '../cluster.ts';

const base64 = z.string().transform((text) => Buffer.from(text, 'base64').toString());
const kubeconfig = z.object({
  clusters: z.tuple([z.object({ cluster: z.object({ 'certificate-authority-data': base64 }) })]),
  users: z.tuple([z.object({ user: z.object({ 'client-certificate-data': base64, 'client-key-data': base64 }) })]),
});

/** What is in the administrator's kubeconfig of a control plane, with the address at which this server reaches it. */
export function adminAccess(text: string, server: string): ClusterAccess {
  const { clusters, users } = kubeconfig.parse(parse(text));
  const { user } = users[0];
  return {
    server,
    authority: clusters[0].cluster['certificate-authority-data'],
    certificate: user['client-certificate-data'],
    key: user['client-key-data'],
  };
}
