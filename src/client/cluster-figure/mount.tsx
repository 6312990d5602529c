/** @jsxImportSource preact */
import { render } from 'preact';
import type { ClusterFigureSettings } from '../../../sandbox-server/lab/cluster-figure.ts';
import '../../styles/live-view.css';
import '../../styles/cluster-figure.css';
import { Simulation } from './simulation/simulation.ts';
import { SimulatedCluster } from './views/simulated-cluster.tsx';

export interface MountedFigure {
  /** Out of view, the simulation stands still. */
  setVisible: (visible: boolean) => void;
}

/** Puts a simulated cluster in the place of a figure's still picture. */
export function mount(place: HTMLElement, { nodes, replicas, actions }: ClusterFigureSettings): MountedFigure {
  let simulation: Simulation | undefined;
  const start = () => {
    void simulation?.close();
    const started = new Simulation({ nodes, replicas });
    simulation = started;
    render(<SimulatedCluster simulation={started} actions={new Set(actions)} onStartAgain={start} />, place);
  };
  place.replaceChildren();
  start();
  return { setVisible: (visible) => simulation?.setVisible(visible) };
}
