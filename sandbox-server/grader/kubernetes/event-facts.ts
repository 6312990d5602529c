import type { EventFacts } from '../../lab/kubernetes-checks.ts';
import type { Event } from './schemas.ts';

/** Oldest first. Times are whole seconds: within one, the order in which the cluster wrote them counts. */
export function eventFacts(events: readonly Event[]): EventFacts[] {
  const written = (event: Event) => Number(event.metadata.resourceVersion);
  return events
    .map((event) => ({ event, at: timeOf(event) }))
    .sort((a, b) => a.at.getTime() - b.at.getTime() || written(a.event) - written(b.event))
    .map(({ event, at }) => ({
      type: event.type,
      reason: event.reason,
      message: event.message,
      about: `${event.involvedObject.kind} ${event.involvedObject.name}`,
      count: event.series?.count ?? Math.max(event.count, 1),
      at,
    }));
}

function timeOf({ series, lastTimestamp, eventTime, firstTimestamp, metadata }: Event): Date {
  return (
    series?.lastObservedTime ??
    lastTimestamp ??
    eventTime ??
    firstTimestamp ??
    metadata.creationTimestamp ??
    new Date(0)
  );
}
