import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { clusterManifests } from '../../../../sandbox-server/cluster/kind/cluster-manifests.ts';
import type { KubernetesObject } from '../../../../sandbox-server/cluster/kubernetes-api.ts';
import { INGRESS_NAMESPACE, neighboursPolicy } from '../../../../sandbox-server/cluster/sessions/learner-namespace.ts';

const objectsOf = async (image: { ingress?: boolean }) =>
  parseAllDocuments(await clusterManifests(image)).map((document) => document.toJS() as KubernetesObject);
const named = (objects: KubernetesObject[], kind: string, name: string) =>
  objects.find((one) => one.kind === kind && one.metadata.name === name);

test('every cluster gets metrics; the ingress controller goes where the image of nodes brings it', async () => {
  const [without, all] = await Promise.all([objectsOf({}), objectsOf({ ingress: true })]);
  for (const objects of [without, all]) expect(named(objects, 'Deployment', 'metrics-server')).toBeDefined();
  expect(named(without, 'IngressClass', 'drydock')).toBeUndefined();
  expect(named(all, 'IngressClass', 'drydock')?.metadata.annotations).toEqual({
    'ingressclass.kubernetes.io/is-default-class': 'true',
  });
});

test('the ingress controller runs from the image that the nodes have, in the namespace that sessions let in', async () => {
  const objects = await objectsOf({ ingress: true });
  expect(named(objects, 'Namespace', INGRESS_NAMESPACE)?.metadata.labels).toMatchObject({
    'pod-security.kubernetes.io/enforce': 'restricted',
  });
  const deployment = JSON.stringify(named(objects, 'Deployment', INGRESS_NAMESPACE));
  const [, image = ''] = /"image":"([^"]+)"/.exec(deployment) ?? [];
  const node = join(import.meta.dirname, '../../../../images/kubernetes/node/make-images.sh');
  expect(readFileSync(node, 'utf8')).toContain(`\nprogram ${image} /programs/ingress/ingress\n`);
  const letIn = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': INGRESS_NAMESPACE } } };
  expect(neighboursPolicy('abcd')['spec']).toMatchObject({
    ingress: [{ from: [{ podSelector: {} }, letIn] }],
    egress: [{ to: [{ podSelector: {} }, letIn] }, {}],
  });
});
