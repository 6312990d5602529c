/** @jsxImportSource preact */
import type { LiveCluster, LivePod } from '../../../../sandbox-server/protocol/live.ts';
import { nodeLabel, nodeWords, servicesOf } from '../live/cluster-words.ts';
import type { Tracked } from '../live/transitions.ts';
import { Deployments } from './deployments.tsx';
import { Icon } from './icons.tsx';
import { PodCard } from './pod-card.tsx';
import { Services } from './services.tsx';
import { usePicture } from './use-picture.ts';

/** The session's part of a cluster: nodes around their pods, Deployments with their revisions, Services with their pods. */
export function ClusterPicture({ cluster }: { cluster: LiveCluster }) {
  const { nodes, deployments, services } = cluster;
  const pods = usePicture(cluster.pods, PODS);
  const names = new Set(nodes.map(({ name }) => name));
  const homeless = pods.filter(({ item }) => !names.has(item.node));
  return (
    <>
      <section aria-labelledby="ws-live-nodes">
        <h3 id="ws-live-nodes">
          Nodes and pods <span class="ws-count">{cluster.pods.length}</span>
        </h3>
        <div class="ws-networks">
          {homeless.length > 0 && (
            <section class="ws-network" aria-label="Pods without a node">
              <Pods pods={homeless} services={services} />
              <p class="ws-network-name">
                <Icon name="created" />
                on no node yet
              </p>
            </section>
          )}
          {nodes.map((node) => {
            const own = pods.filter(({ item }) => item.node === node.name);
            return (
              <section
                key={node.name}
                class="ws-network"
                data-bad={!node.ready}
                aria-label={`Node ${nodeLabel(node.name, nodes)}`}
              >
                {own.length > 0 ? (
                  <Pods pods={own} services={services} />
                ) : (
                  <p class="ws-empty">
                    No pods of yours. <code>kubectl run</code> makes one.
                  </p>
                )}
                <p class="ws-network-name" title={node.name}>
                  <Icon name={node.ready ? 'running' : 'failed'} />
                  <span>
                    node <strong>{nodeLabel(node.name, nodes)}</strong> · {nodeWords(node)}
                  </span>
                </p>
              </section>
            );
          })}
        </div>
      </section>
      {deployments.length + services.length > 0 && (
        <div class="ws-workloads">
          {deployments.length > 0 && <Deployments deployments={deployments} />}
          {services.length > 0 && <Services services={services} />}
        </div>
      )}
    </>
  );
}

function Pods({ pods, services }: { pods: readonly Tracked<LivePod>[]; services: LiveCluster['services'] }) {
  return (
    <ul class="ws-containers">
      {pods.map((tracked) => (
        <PodCard key={tracked.key} tracked={tracked} services={servicesOf(tracked.item.name, services)} />
      ))}
    </ul>
  );
}

const PODS = {
  keyOf: ({ id }: LivePod) => id,
  signatureOf: ({ name, status, why, ready, restarts, image, node }: LivePod) =>
    JSON.stringify([name, status, why, ready, restarts, image, node]),
};
