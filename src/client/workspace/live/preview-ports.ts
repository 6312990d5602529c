import type { LiveView } from '../../../../sandbox-server/protocol/live.ts';

/** More tabs than this nobody reads; the live view shows the rest. */
const MAX_PREVIEWS = 6;

/** The ports of the machine behind which a running container may serve a page, lowest first. */
export function previewPorts(live: LiveView | undefined): number[] {
  const ports = (live?.containers ?? [])
    .filter(({ state }) => state === 'running')
    .flatMap((container) => container.ports)
    .flatMap(({ host, protocol }) => (host !== undefined && protocol === 'tcp' ? [host] : []));
  return [...new Set(ports)].toSorted((a, b) => a - b).slice(0, MAX_PREVIEWS);
}

export interface PreviewTabs {
  /** Ports with a tab, in order. */
  open: number[];
  /** Ports whose tab was closed while something listens there. */
  closed: number[];
}

/**
 * The tabs after a look at the machine: a new port gets one. The one that is looked at stays when its container stops,
 * so that nothing vanishes under the learner's eyes.
 */
export function nextPreviewTabs(
  before: PreviewTabs,
  ports: readonly number[],
  active: number | undefined,
): PreviewTabs {
  const closed = before.closed.filter((port) => ports.includes(port));
  const stays = active !== undefined && before.open.includes(active) ? [active] : [];
  const open = [...new Set([...ports.filter((port) => !closed.includes(port)), ...stays])].toSorted((a, b) => a - b);
  return { open, closed };
}
