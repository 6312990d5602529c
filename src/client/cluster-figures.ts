import { setUpClusterFigures } from './cluster-figure/set-up.ts';

setUpClusterFigures(document, () => import('./cluster-figure/mount.tsx'));
