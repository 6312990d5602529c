/** @jsxImportSource preact */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { LivePod } from '../../../../sandbox-server/protocol/live.ts';
import { podWords } from '../../workspace/live/cluster-words.ts';
import type { Tracked } from '../../workspace/live/transitions.ts';
import { Icon, type IconName } from '../../workspace/views/icons.tsx';
import { shortName, versionOf } from '../simulation/figure-state.ts';

interface PodTileProps {
  tracked: Tracked<LivePod>;
  onKill: ((pod: string) => void) | undefined;
  onGone: () => void;
}

export function PodTile({ tracked: { item: pod, phase }, onKill, onGone }: PodTileProps) {
  const cut = pod.name.lastIndexOf('-') + 1;
  return (
    <li
      class="ws-container cf-pod"
      data-state={pod.ready ? 'running' : 'created'}
      data-phase={phase}
      aria-hidden={phase === 'leaving' ? 'true' : undefined}
    >
      <p class="cf-pod-name">
        {pod.name.slice(0, cut)}
        <wbr />
        <strong>{pod.name.slice(cut)}</strong>
      </p>
      <p class="cf-pod-version">version {versionOf(pod.image)}</p>
      <p class="ws-container-state">
        <Icon name={iconOf(pod)} />
        {phase === 'leaving' ? 'gone' : podWords(pod)}
      </p>
      {onKill && phase !== 'leaving' && <KillButton pod={pod} onKill={onKill} onGone={onGone} />}
    </li>
  );
}

interface KillButtonProps {
  pod: LivePod;
  onKill: (pod: string) => void;
  onGone: () => void;
}

function KillButton({ pod, onKill, onGone }: KillButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(
    () => () => {
      // Who killed a pod by keyboard goes on from its place.
      if (button.current !== null && document.activeElement === button.current) onGone();
    },
    [],
  );
  const leaves = pod.status === 'Terminating';
  return (
    <button
      ref={button}
      type="button"
      class="cf-small"
      aria-disabled={leaves}
      onClick={leaves ? undefined : () => onKill(pod.name)}
    >
      Kill<span class="visually-hidden"> pod {shortName(pod.name)}</span>
    </button>
  );
}

function iconOf({ ready, status }: LivePod): IconName {
  if (ready) return 'running';
  return status === 'Terminating' ? 'stopped' : 'created';
}
