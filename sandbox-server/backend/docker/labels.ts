/** Labels of everything we make on an engine; the reaper finds by them. */
export const LABEL = {
  /** Which server (its data folder's id) made it. */
  owner: 'drydock.owner',
  /** Sandbox id. */
  sandbox: 'drydock.sandbox',
  /** `engine`, `shell`, `registry`, `network`, `volume`, `mirror`, `disks`, `cache`, `trial`, `usage`, `gateway`, `filler` */
  role: 'drydock.role',
  machine: 'drydock.machine',
  /** On a sandbox's network: the number of its slot, see slots.ts. */
  slot: 'drydock.slot',
  /** On a sandbox's network: its user id, where it is not that of its slot. */
  user: 'drydock.user',
  /** On a machine's volume that has no size of its own: what it may hold. */
  diskBytes: 'drydock.disk-bytes',
} as const;

export type Role =
  | ('engine' | 'shell' | 'registry' | 'network' | 'volume' | 'mirror' | 'disks' | 'cache' | 'trial' | 'usage')
  | ('gateway' | 'filler');

export function labelsFor(
  owner: string,
  role: Role,
  more: { sandbox?: string; machine?: string; extra?: Record<string, string> } = {},
) {
  const labels: Record<string, string> = { [LABEL.owner]: owner, [LABEL.role]: role };
  for (const [key, value] of Object.entries(more.extra ?? {})) labels[`drydock.${key}`] = value;
  if (more.sandbox !== undefined) labels[LABEL.sandbox] = more.sandbox;
  if (more.machine !== undefined) labels[LABEL.machine] = more.machine;
  return labels;
}

/** The `filters` of a list call: everything of this owner, or of one sandbox of it. */
export function ownedBy(owner: string, sandbox?: string): { label: string[] } {
  return { label: [`${LABEL.owner}=${owner}`, ...(sandbox === undefined ? [] : [`${LABEL.sandbox}=${sandbox}`])] };
}
