/** @jsxImportSource preact */
import type { LiveService } from '../../../../sandbox-server/protocol/live.ts';
import { usePicture } from './use-picture.ts';

/** Each Service with the pods that it sends to, and those that it waits for. */
export function Services({ services }: { services: readonly LiveService[] }) {
  const tracked = usePicture(services, SERVICES);
  return (
    <section aria-labelledby="ws-live-services">
      <h3 id="ws-live-services">
        Services <span class="ws-count">{services.length}</span>
      </h3>
      <ul class="ws-services">
        {tracked.map(({ key, item, phase }) => (
          <li
            key={key}
            class="ws-container"
            data-state={item.sendsTo.length > 0 ? 'running' : 'created'}
            data-phase={phase}
            aria-hidden={phase === 'leaving' ? 'true' : undefined}
          >
            <p class="ws-container-head">
              <strong>{item.name}</strong>{' '}
              <span class="ws-muted">
                {item.type}
                {item.selects !== '' && `, selects ${item.selects}`}
              </span>
            </p>
            <p class="ws-container-state">{countWords(item)}</p>
            {item.sendsTo.length + item.waitsFor.length > 0 && (
              <ul class="ws-facts">
                {item.sendsTo.map((pod) => (
                  <li key={pod}>{pod}</li>
                ))}
                {item.waitsFor.map((pod) => (
                  <li key={pod}>{pod}, not ready</li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function countWords({ sendsTo }: LiveService): string {
  if (sendsTo.length === 0) return 'sends to no pod';
  return `sends to ${sendsTo.length} ${sendsTo.length === 1 ? 'pod' : 'pods'}`;
}

const SERVICES = {
  keyOf: ({ name }: LiveService) => name,
  signatureOf: (service: LiveService) => JSON.stringify(service),
};
