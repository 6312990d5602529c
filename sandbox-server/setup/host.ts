import { homedir } from 'node:os';
import type { Host } from './types.ts';

/** The machine this runs on. `env` comes from the entry, the one place that reads it. */
export function thisHost(env: Host['env']): Host {
  return {
    env,
    platform: process.platform,
    arch: process.arch,
    uid: process.getuid?.() ?? -1,
    homeDir: env['HOME'] ?? homedir(),
  };
}
