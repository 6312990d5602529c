/** @jsxImportSource preact */
import type { LiveDeployment, LiveRevision } from '../../../../sandbox-server/protocol/live.ts';
import { usePicture } from './use-picture.ts';

/** More squares than this nobody counts; the words say the number. */
const MAX_SQUARES = 20;

/** Each Deployment with the revisions that have pods: a rollout is pods that move from one to the next. */
export function Deployments({ deployments }: { deployments: readonly LiveDeployment[] }) {
  const tracked = usePicture(deployments, DEPLOYMENTS);
  return (
    <section aria-labelledby="ws-live-deployments">
      <h3 id="ws-live-deployments">
        Deployments <span class="ws-count">{deployments.length}</span>
      </h3>
      <ul class="ws-deployments">
        {tracked.map(({ key, item, phase }) => (
          <li
            key={key}
            class="ws-deployment"
            data-phase={phase === 'changed' ? undefined : phase}
            aria-hidden={phase === 'leaving' ? 'true' : undefined}
          >
            <p class="ws-container-head">
              <strong>{item.name}</strong>{' '}
              <span class="ws-muted">
                {item.ready} of {item.replicas} ready
              </span>
            </p>
            <ul class="ws-revisions">
              {item.revisions.map((revision) => (
                <Revision key={revision.name} revision={revision} />
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A ReplicaSet of a Deployment: its version, and its pods as squares and in words. */
export function Revision({ revision: { revision, name, image, replicas, ready } }: { revision: LiveRevision }) {
  const squares = Math.min(Math.max(replicas, ready), MAX_SQUARES);
  return (
    <li class="ws-revision" title={`ReplicaSet ${name}`}>
      <span>
        revision {revision} <span class="ws-muted">{image}</span>
      </span>
      <span class="ws-squares" aria-hidden="true">
        {Array.from({ length: squares }, (_, index) => (
          <span key={index} data-ready={index < ready} />
        ))}
      </span>
      <span class="ws-muted">
        {ready} of {replicas} pods ready
      </span>
    </li>
  );
}

const DEPLOYMENTS = {
  keyOf: ({ name }: LiveDeployment) => name,
  signatureOf: (deployment: LiveDeployment) => JSON.stringify(deployment),
};
