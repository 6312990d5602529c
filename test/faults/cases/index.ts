import type { FaultCase } from '../findings.ts';
import { engineKept, engineStopped } from './engine.ts';
import { kills } from './kills.ts';
import { network } from './network.ts';
import { databaseLocked, diskFull, imageMissing, mirrorDown } from './storage.ts';

export const CASES: readonly FaultCase[] = [
  ...[kills, engineKept, engineStopped, network],
  ...[diskFull, databaseLocked, imageMissing, mirrorDown],
];
