/** @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { type FigureAction, MAX_REPLICAS } from '../../../../sandbox-server/lab/cluster-figure.ts';
import type { LiveDeployment } from '../../../../sandbox-server/protocol/live.ts';
import type { Simulation } from '../simulation/simulation.ts';

interface ControlsProps {
  simulation: Simulation;
  deployment: LiveDeployment;
  actions: ReadonlySet<FigureAction>;
  onStartAgain: () => void;
}

export function Controls({ simulation, deployment: { replicas, revisions }, actions, onStartAgain }: ControlsProps) {
  const next = simulation.nextVersion;
  return (
    <div class="cf-controls" role="group" aria-label="What you can do">
      {actions.has('scale') && (
        <span class="cf-scale">
          <Do off={replicas === 0} onClick={() => simulation.scale(replicas - 1)} label="One replica less">
            −
          </Do>
          <span>
            {replicas} {replicas === 1 ? 'replica' : 'replicas'}
          </span>
          <Do off={replicas === MAX_REPLICAS} onClick={() => simulation.scale(replicas + 1)} label="One replica more">
            +
          </Do>
        </span>
      )}
      {actions.has('roll out') && <Do onClick={() => simulation.rollOut({ works: true })}>Roll out version {next}</Do>}
      {actions.has('roll out broken') && (
        <Do onClick={() => simulation.rollOut({ works: false })}>Roll out a broken version {next}</Do>
      )}
      {actions.has('roll back') && (
        <Do off={revisions.length < 2} onClick={() => simulation.rollBack()}>
          Roll back
        </Do>
      )}
      <Do onClick={onStartAgain}>Start again</Do>
    </div>
  );
}

interface DoProps {
  children: ComponentChildren;
  onClick: () => void;
  /** Nothing to do at the moment. It keeps the focus, which `disabled` would take away. */
  off?: boolean;
  label?: string;
}

function Do({ children, onClick, off = false, label }: DoProps) {
  return (
    <button type="button" aria-disabled={off} aria-label={label} title={label} onClick={off ? undefined : onClick}>
      {children}
    </button>
  );
}
