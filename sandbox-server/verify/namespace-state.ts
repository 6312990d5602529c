/** As `kubectl get -o json` shows it: an object of a namespace. */
export interface NamespacedObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    uid: string;
    annotations?: Record<string, string>;
    ownerReferences?: { uid: string; controller?: boolean }[];
    [more: string]: unknown;
  };
  spec?: { [more: string]: unknown };
  status?: { availableReplicas?: number; containerStatuses?: { restartCount: number }[]; [more: string]: unknown };
  [more: string]: unknown;
}

/** What makes a namespace what it was. */
export interface UndoPlan {
  /** To be deleted, each as `kind/name`. */
  gone: string[];
  /** To be made after that. */
  made: NamespacedObject[];
}

/** Made by the cluster or by the platform in every namespace. */
const GIVEN = /^(ServiceAccount\/default|ConfigMap\/kube-root-ca\.crt|.*\/drydock-.*)$/;
const REVISION = 'deployment.kubernetes.io/revision';
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
 * How to come from `after` back to `before`, both all objects of a namespace. Undefined where new objects would not be
 * the same as the old ones: volumes have data, and a Deployment that has been rolled out has a history.
 */
export function undoPlan(
  before: readonly NamespacedObject[],
  after: readonly NamespacedObject[],
): UndoPlan | undefined {
  const roots = rootsOf(before);
  const now = rootsOf(after);
  const plan: UndoPlan = { gone: [], made: [] };
  for (const [uid, root] of now) if (!roots.has(uid)) plan.gone.push(nameOf(root.object));
  for (const [uid, root] of roots) {
    const left = now.get(uid);
    if (left !== undefined && root.looks === left.looks) continue;
    if (!canBeMadeAgain(root)) return undefined;
    if (left !== undefined) plan.gone.push(nameOf(root.object));
    plan.made.push(asNew(root.object));
  }
  return plan;
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

function canBeMadeAgain({ object, below }: Root): boolean {
  if (object.kind === 'PersistentVolumeClaim') return false;
  if ((object.metadata.annotations?.[REVISION] ?? '1') !== '1') return false;
  return [object, ...below].every((one) => restartsOf(one) === 0);
}

const restartsOf = ({ status }: NamespacedObject) =>
  (status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);

/** Without what another one of it would have of its own. */
function asNew({ apiVersion, kind, metadata, status: _status, ...rest }: NamespacedObject): NamespacedObject {
  const kept = Object.fromEntries(Object.entries(metadata).filter(([name]) => !WRITTEN.includes(name)));
  const { [REVISION]: _revision, ...annotations } = metadata.annotations ?? {};
  const { nodeName: _nodeName, ...spec } = rest.spec ?? {};
  return {
    apiVersion,
    kind,
    metadata: { ...kept, annotations } as NamespacedObject['metadata'],
    ...rest,
    ...(rest.spec && { spec }),
  };
}

function nameOf({ kind, metadata }: NamespacedObject): string {
  return `${kind}/${metadata.name}`;
}
