import type { Feature } from './lab.ts';

/** What a lab may need and not every sandbox has, in words that go on from "no". */
export const FEATURES: Record<Feature, string> = {
  cgroups: 'memory and CPU limits for single containers',
  'swarm-ingress': 'virtual addresses for Swarm services (IPVS)',
  egress: 'way out to the internet',
};

export const FEATURE_NAMES = Object.keys(FEATURES) as Feature[];
