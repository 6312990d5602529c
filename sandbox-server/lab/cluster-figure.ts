/** What a reader may do in a `<ClusterFigure>`. */
export const FIGURE_ACTIONS = ['scale', 'kill', 'roll out', 'roll out broken', 'roll back', 'lose node'] as const;

export type FigureAction = (typeof FIGURE_ACTIONS)[number];

/** More do not fit beside each other on a page. */
export const MAX_NODES = 4;
/** More tiles than this nobody follows. */
export const MAX_REPLICAS = 8;

/** A simulated cluster in a page: what its component hands to its script. */
export interface ClusterFigureSettings {
  /** From 1 to `MAX_NODES`. Default 2. */
  nodes: number;
  /** Pods that the Deployment has at the beginning, from 0 to `MAX_REPLICAS`. Default 3. */
  replicas: number;
  /** Default `['scale', 'kill']`. */
  actions: readonly FigureAction[];
}

export const FIGURE_DEFAULTS: ClusterFigureSettings = { nodes: 2, replicas: 3, actions: ['scale', 'kill'] };
