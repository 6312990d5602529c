import type { KubernetesChecks } from '../../lab/kubernetes-checks.ts';
import { NotYet } from '../../lab/not-yet.ts';
import { type KubernetesReader, readKubernetes } from '../kubernetes-reader.ts';
import { claimFacts } from './claim-facts.ts';
import { Collection, type Kind } from './collection.ts';
import { deploymentFacts, replicaSetFacts } from './deployment-facts.ts';
import { eventFacts } from './event-facts.ts';
import { networkPolicyFacts } from './network-policy-facts.ts';
import { nodeFacts } from './node-facts.ts';
import { podFacts } from './pod-facts.ts';
import { quantity } from './quantity.ts';
import * as schemas from './schemas.ts';
import { serviceFacts } from './service-facts.ts';

const CORE = '/api/v1';
/** What the platform puts into every session's namespace begins so. */
const isOurs = (name: string) => name.startsWith('drydock-');

/** A cluster as one run of a check sees it. Without one, whoever asks learns that the lab has none. */
export function kubernetesChecks(cluster: KubernetesReader | undefined, signal: AbortSignal): KubernetesChecks {
  if (cluster === undefined) return noCluster();
  const { namespace } = cluster;
  const of = <T extends { metadata: schemas.Metadata }>(kind: Kind<T>) => new Collection(cluster, kind, signal);
  const core = { api: CORE };
  const apps = { api: '/apis/apps/v1' };
  const networking = { api: '/apis/networking.k8s.io/v1' };

  const pods = of({ ...core, word: 'pod', plural: 'pods', schema: schemas.pod });
  const deployments = of({ ...apps, word: 'Deployment', plural: 'deployments', schema: schemas.deployment });
  const replicaSets = of({ ...apps, word: 'ReplicaSet', plural: 'replicasets', schema: schemas.replicaSet });
  const services = of({ ...core, word: 'Service', plural: 'services', schema: schemas.service });
  const slices = of({
    api: '/apis/discovery.k8s.io/v1',
    word: 'EndpointSlice',
    plural: 'endpointslices',
    schema: schemas.endpointSlice,
  });
  const configMaps = of({
    ...core,
    word: 'ConfigMap',
    plural: 'configmaps',
    schema: schemas.configMap,
    // The cluster puts its certificate into every namespace.
    isHidden: (name) => name === 'kube-root-ca.crt',
  });
  const secrets = of({ ...core, word: 'Secret', plural: 'secrets', schema: schemas.secret });
  const claims = of({
    ...core,
    word: 'PersistentVolumeClaim',
    plural: 'persistentvolumeclaims',
    schema: schemas.claim,
  });
  const policies = of({
    ...networking,
    word: 'NetworkPolicy',
    plural: 'networkpolicies',
    schema: schemas.networkPolicy,
    isHidden: isOurs,
  });
  const budgets = of({
    api: '/apis/policy/v1',
    word: 'PodDisruptionBudget',
    plural: 'poddisruptionbudgets',
    schema: schemas.disruptionBudget,
  });
  const ofCluster = { ...core, isOfCluster: true } as const;
  const nodes = of({ ...ofCluster, word: 'node', plural: 'nodes', schema: schemas.node });
  const volumes = of({ ...ofCluster, word: 'PersistentVolume', plural: 'persistentvolumes', schema: schemas.volume });
  const allEvents = of({ ...core, word: 'event', plural: 'events', schema: schemas.event });

  const podOf = (pod: schemas.Pod) => podFacts(pod, pods.path(pod.metadata.name), cluster, signal);
  const listPods = async (labels?: Record<string, string>) =>
    (await pods.list(labels === undefined ? {} : { labels })).map(podOf);
  const listSets = async () => (await replicaSets.list()).map(replicaSetFacts);
  const events = async (about?: string) => {
    const [kind, name] = about?.split(' ') ?? [];
    const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${name}`;
    return eventFacts(await allEvents.list(about === undefined ? {} : { fieldSelector }));
  };
  const deploymentOf = (deployment: schemas.Deployment) =>
    deploymentFacts(deployment, { replicaSets: listSets, pods: listPods, events });
  const serviceOf = (service: schemas.Service) => {
    const { name } = service.metadata;
    const own = () => slices.list({ labels: { 'kubernetes.io/service-name': name } });
    return serviceFacts(service, { cluster, path: services.path(name), slices: own, signal });
  };
  const claimOf = (claim: schemas.Claim) =>
    claimFacts(claim, async (name) => {
      const volume = await volumes.find(name);
      if (volume === undefined) return undefined;
      const { capacity, persistentVolumeReclaimPolicy: reclaimPolicy } = volume.spec;
      return { name, capacityBytes: quantity(capacity['storage']), reclaimPolicy, phase: volume.status.phase };
    });

  return {
    namespace,
    pod: async (name) => podOf(await pods.get(name)),
    hasPod: async (name) => (await pods.find(name)) !== undefined,
    pods: listPods,
    deployment: async (name) => deploymentOf(await deployments.get(name)),
    hasDeployment: async (name) => (await deployments.find(name)) !== undefined,
    deployments: async () => (await deployments.list()).map(deploymentOf),
    replicaSets: listSets,
    service: async (name) => serviceOf(await services.get(name)),
    hasService: async (name) => (await services.find(name)) !== undefined,
    services: async () => (await services.list()).map(serviceOf),
    configMap: async (name) => ({ subject: `ConfigMap ${name}`, name, data: (await configMaps.get(name)).data }),
    secret: async (name) => {
      const subject = `Secret ${name}`;
      const { type, data } = await secrets.get(name);
      const keys = Object.keys(data).toSorted();
      const value = (key: string) => {
        const encoded = data[key];
        if (encoded !== undefined) return Buffer.from(encoded, 'base64').toString('utf8');
        const observed = keys.length === 0 ? 'no keys' : `keys: ${keys.join(', ')}`;
        throw new NotYet(`The ${subject} has no key ${key}.`, { subject, expected: `a key ${key}`, observed });
      };
      return { subject, name, type, keys, value };
    },
    claim: async (name) => claimOf(await claims.get(name)),
    claims: async () => (await claims.list()).map(claimOf),
    networkPolicy: async (name) => networkPolicyFacts(await policies.get(name)),
    networkPolicies: async () => (await policies.list()).map(networkPolicyFacts),
    disruptionBudget: async (name) => {
      const { expectedPods, currentHealthy, disruptionsAllowed } = (await budgets.get(name)).status;
      const subject = `PodDisruptionBudget ${name}`;
      return { subject, name, pods: expectedPods, healthy: currentHealthy, allowed: disruptionsAllowed };
    },
    canI: async (serviceAccount, { verb, resource, name }) => {
      const [path = '', ...group] = resource.split('.');
      const [kind = '', subresource] = path.split('/');
      const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
      const resourceAttributes = {
        ...{ namespace, verb, group: group.join('.'), resource: kind },
        ...(subresource === undefined ? {} : { subresource }),
        ...(name === undefined ? {} : { name }),
      };
      const where = `/apis/authorization.k8s.io/v1/namespaces/${namespace}/localsubjectaccessreviews`;
      const { status } = await readKubernetes(cluster, where, schemas.accessReview, {
        signal,
        method: 'POST',
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'LocalSubjectAccessReview',
          metadata: { namespace },
          spec: { user: `system:serviceaccount:${namespace}:${serviceAccount}`, groups, resourceAttributes },
        },
      });
      return status.allowed;
    },
    node: async (name) => nodeFacts(await nodes.get(name)),
    nodes: async () => (await nodes.list()).map(nodeFacts),
    events,
  };
}

function noCluster(): KubernetesChecks {
  return new Proxy({} as KubernetesChecks, {
    get: () => {
      throw new Error('this lab has no cluster: say which one in lab.ts, under sandbox');
    },
  });
}
