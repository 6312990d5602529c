import type { Measure } from '../measure.ts';
import { adopt } from './adopt.ts';
import { classInCluster } from './class-in-cluster.ts';
import { click } from './click.ts';
import { clusters } from './clusters.ts';
import { echo } from './echo.ts';
import { idle } from './idle.ts';
import { throughput } from './throughput.ts';
import { verdict } from './verdict.ts';

/** In the order in which they run. */
export const MEASURES: readonly Measure[] = [
  echo,
  throughput,
  click,
  idle,
  verdict,
  adopt,
  ...clusters,
  classInCluster,
];
