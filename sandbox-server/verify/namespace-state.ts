import { isDeepStrictEqual } from 'node:util';
import { nodeStates } from './node-state.ts';

/** As `kubectl get -o json` shows it: an object of a namespace, or a node. */
export interface NamespacedObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    uid: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    deletionTimestamp?: string;
    ownerReferences?: { uid: string; controller?: boolean }[];
    [more: string]: unknown;
  };
  spec?: { [more: string]: unknown };
  status?: {
    phase?: string;
    availableReplicas?: number;
    containerStatuses?: { restartCount: number }[];
    [more: string]: unknown;
  };
  [more: string]: unknown;
}

/** What makes a namespace what it was. */
export interface UndoPlan {
  /** To be deleted in this order, each as `kind/name`: objects before what they would make anew. */
  gone: string[];
  /** To be made after that. */
  made: NamespacedObject[];
}

/** Made by the cluster or by the platform in every namespace. */
const GIVEN = /^(ServiceAccount\/default|ConfigMap\/kube-root-ca\.crt|.*\/drydock-.*)$/;
/** What the API server and controllers write; a new object gets its own. */
const WRITTEN = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'managedFields',
  'selfLink',
  'deletionTimestamp',
];

/**
 * How to come from `after` back to `before`, both all objects of a namespace. Undefined where volumes would have lost their data.
 * What is made anew has begun later and has not been restarted; who finds fault with that needs a sandbox of their own.
 */
export function undoPlan(
  before: readonly NamespacedObject[],
  after: readonly NamespacedObject[],
): UndoPlan | undefined {
  const roots = rootsOf(before);
  const now = rootsOf(after);
  const plan: UndoPlan = { gone: [], made: [] };
  for (const [uid, root] of now) if (!roots.has(uid)) plan.gone.push(...namesOf(root));
  for (const [uid, root] of roots) {
    // It was going anyway.
    if (root.object.metadata.deletionTimestamp !== undefined) continue;
    const left = now.get(uid);
    if (left !== undefined && root.looks === left.looks) continue;
    if (root.object.kind === 'PersistentVolumeClaim') return undefined;
    if (left !== undefined) plan.gone.push(...namesOf(left));
    plan.made.push(...madeFrom(root));
  }
  return plan;
}

/** Has all come that was there? Nodes as they were, as many pods, and at least as many of them running and available. */
export function isAsReady(before: readonly NamespacedObject[], now: readonly NamespacedObject[]): boolean {
  const podsOf = (objects: readonly NamespacedObject[]) => objects.filter(({ kind }) => kind === 'Pod');
  const living = podsOf(before).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const running = (pods: readonly NamespacedObject[]) =>
    pods.filter(({ status }) => status?.phase === 'Running').length;
  const available = (objects: readonly NamespacedObject[]) =>
    objects.reduce((sum, { status }) => sum + (status?.availableReplicas ?? 0), 0);
  return (
    isDeepStrictEqual(nodeStates(before), nodeStates(now)) &&
    podsOf(now).length === living.length &&
    running(podsOf(now)) >= running(living) &&
    available(now) >= available(before.filter(({ kind }) => kind !== 'ReplicaSet'))
  );
}

/** An object that nobody controls, with what stands below it. */
interface Root {
  object: NamespacedObject;
  /** The same for the same state. */
  looks: string;
  below: NamespacedObject[];
}

function rootsOf(objects: readonly NamespacedObject[]): Map<string, Root> {
  const byUid = new Map(objects.map((object) => [object.metadata.uid, object]));
  const roots = new Map<string, Root>();
  const rootOf = (object: NamespacedObject): NamespacedObject => {
    const owner = object.metadata.ownerReferences?.find(({ controller }) => controller === true);
    const above = owner && byUid.get(owner.uid);
    return above ? rootOf(above) : object;
  };
  for (const object of objects) {
    if (object.kind === 'Node') continue;
    const root = rootOf(object);
    if (GIVEN.test(nameOf(root))) continue;
    const known = roots.get(root.metadata.uid) ?? { object: root, looks: '', below: [] };
    if (object !== root) known.below.push(object);
    roots.set(root.metadata.uid, known);
  }
  for (const root of roots.values()) root.looks = looksOf(root);
  return roots;
}

function looksOf({ object, below }: Root): string {
  const parts = [object, ...below].map((one) => ({
    uid: one.metadata.uid,
    ending: one.metadata.deletionTimestamp !== undefined,
    ...asNew(one),
    restarts: restartsOf(one),
  }));
  return JSON.stringify(parts.sort((a, b) => a.uid.localeCompare(b.uid)));
}

/** A Deployment takes up ReplicaSets that fit it: with them it has the revisions that it had. */
function madeFrom({ object, below }: Root): NamespacedObject[] {
  const sets = below.filter(({ kind }) => kind === 'ReplicaSet').map(asNew);
  for (const { metadata } of sets) delete metadata.ownerReferences;
  return [...sets, asNew(object)];
}

const restartsOf = ({ status }: NamespacedObject) =>
  (status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);

/** Without what another one of it would have of its own. */
function asNew({ apiVersion, kind, metadata, status: _status, ...rest }: NamespacedObject): NamespacedObject {
  const kept = Object.fromEntries(Object.entries(metadata).filter(([name]) => !WRITTEN.includes(name)));
  const { nodeName: _nodeName, ...spec } = rest.spec ?? {};
  return {
    apiVersion,
    kind,
    metadata: kept as NamespacedObject['metadata'],
    ...rest,
    ...(rest.spec && { spec }),
  };
}

function namesOf({ object, below }: Root): string[] {
  const pods = below.filter(({ kind }) => kind === 'Pod');
  return [object, ...below.filter(({ kind }) => kind !== 'Pod'), ...pods].map(nameOf);
}

function nameOf({ kind, metadata }: NamespacedObject): string {
  return `${kind}/${metadata.name}`;
}
