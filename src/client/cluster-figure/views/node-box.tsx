/** @jsxImportSource preact */
import type { LivePod } from '../../../../sandbox-server/protocol/live.ts';
import { nodeWords } from '../../workspace/live/cluster-words.ts';
import type { Tracked } from '../../workspace/live/transitions.ts';
import { Icon } from '../../workspace/views/icons.tsx';
import type { FigureNode } from '../simulation/figure-state.ts';
import { PodTile } from './pod-tile.tsx';

interface NodeBoxProps {
  /** Undefined for pods that have none yet. */
  node?: FigureNode;
  pods: readonly Tracked<LivePod>[];
  onKill: ((pod: string) => void) | undefined;
  onLose?: ((node: string) => void) | undefined;
  /** The pod whose button had the focus is gone. */
  onGone: () => void;
}

export function NodeBox({ node, pods, onKill, onLose, onGone }: NodeBoxProps) {
  return (
    <section
      class="ws-network"
      data-bad={node?.ready === false}
      aria-label={node ? `Node ${node.name}` : 'Pods without a node'}
    >
      <p class="ws-network-name">
        <Icon name={node === undefined ? 'created' : node.ready ? 'running' : 'failed'} />
        {node ? (
          <span>
            <strong>{node.name}</strong> · {node.off && node.ready ? 'off, and nobody has noticed' : nodeWords(node)}
          </span>
        ) : (
          'on no node yet'
        )}
        {node && onLose && (
          <button
            type="button"
            class="cf-small"
            aria-disabled={node.off}
            onClick={node.off ? undefined : () => onLose(node.name)}
          >
            Switch off<span class="visually-hidden"> {node.name}</span>
          </button>
        )}
      </p>
      {pods.length > 0 ? (
        <ul class="cf-pods">
          {pods.map((tracked) => (
            <PodTile key={tracked.key} tracked={tracked} onKill={onKill} onGone={onGone} />
          ))}
        </ul>
      ) : (
        <p class="ws-empty">No pods.</p>
      )}
    </section>
  );
}
