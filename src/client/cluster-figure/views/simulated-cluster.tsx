/** @jsxImportSource preact */
import { useRef } from 'preact/hooks';
import type { FigureAction } from '../../../../sandbox-server/lab/cluster-figure.ts';
import { useStore } from '../../workspace/views/use-store.ts';
import { Revision } from '../../workspace/views/deployments.tsx';
import { usePicture } from '../../workspace/views/use-picture.ts';
import type { LivePod } from '../../../../sandbox-server/protocol/live.ts';
import { howItIs } from '../simulation/figure-state.ts';
import type { Simulation } from '../simulation/simulation.ts';
import { Controls } from './controls.tsx';
import { NodeBox } from './node-box.tsx';

export interface SimulatedClusterProps {
  simulation: Simulation;
  actions: ReadonlySet<FigureAction>;
  onStartAgain: () => void;
}

/** The simulated cluster: what can be done, what that did, the nodes with their pods, the ReplicaSets, the news. */
export function SimulatedCluster({ simulation, actions, onStartAgain }: SimulatedClusterProps) {
  const { phase, nodes, pods, deployment, deed, news } = useStore(simulation.state);
  const tracked = usePicture(pods, PODS);
  const nodesRef = useRef<HTMLDivElement>(null);
  const homeless = tracked.filter(({ item }) => item.node === '');
  const kill = actions.has('kill') ? (pod: string) => simulation.kill(pod) : undefined;
  const lose = actions.has('lose node') ? (node: string) => simulation.loseNode(node) : undefined;
  const onGone = () => nodesRef.current?.focus();
  return (
    <div class="cluster-figure">
      <Controls simulation={simulation} deployment={deployment} actions={actions} onStartAgain={onStartAgain} />
      {phase === 'broken' ? (
        <p role="alert">The simulation has a fault and stands still. “Start again” makes a new one.</p>
      ) : (
        <p class="cf-said" role="status">
          {deed} {howItIs(deployment)}
        </p>
      )}
      <div class="cf-nodes" ref={nodesRef} tabIndex={-1} role="group" aria-label="Nodes and their pods">
        {nodes.map((node) => (
          <NodeBox
            key={node.name}
            node={node}
            pods={tracked.filter(({ item }) => item.node === node.name)}
            onKill={kill}
            onLose={lose}
            onGone={onGone}
          />
        ))}
        {homeless.length > 0 && <NodeBox pods={homeless} onKill={kill} onGone={onGone} />}
      </div>
      <section aria-label="ReplicaSets">
        <p class="cf-title">Deployment api and its ReplicaSets</p>
        <ul class="cf-revisions">
          {deployment.revisions.map((revision) => (
            <Revision key={revision.name} revision={revision} />
          ))}
        </ul>
      </section>
      <section aria-label="What happened, newest first">
        <p class="cf-title">What happened</p>
        <ol class="cf-news">
          {news.map(({ id, who, what }) => (
            <li key={id}>
              <strong>{who}</strong> {what}
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}

const PODS = {
  keyOf: ({ id }: LivePod) => id,
  signatureOf: ({ status, ready, node }: LivePod) => `${status} ${ready} ${node}`,
};
