import { join } from 'node:path';
import { runCommand } from '../run-command.ts';
import { KIND } from './components.ts';
import { ensureGoPrograms, type GoProgramsOptions } from './go-programs.ts';
import { OLDEST_KIND } from './versions.ts';

/** It answers in milliseconds. */
const VERSION_MS = 10_000;

export interface KindBinary {
  path: string;
  version: string;
  from: 'host' | 'built';
}

/** kind as the host has it, when it is not too old; else built from its Go module. */
export async function ensureKind(options: GoProgramsOptions): Promise<KindBinary> {
  const onHost = await hostKind(options.host);
  if (onHost !== undefined) return onHost;
  const path = join(await ensureGoPrograms(KIND, options), 'kind');
  return { path, version: (await kindVersion(path, options.host)) ?? 'unknown', from: 'built' };
}

/** The one in PATH, unless it is too old. */
export async function hostKind(host: GoProgramsOptions['host']): Promise<KindBinary | undefined> {
  const found = await runCommand(['sh', '-c', 'command -v kind'], { env: host.env }).catch(() => '');
  const path = found.trim();
  const version = path === '' ? undefined : await kindVersion(path, host);
  return version !== undefined && isRecent(version) ? { path, version, from: 'host' } : undefined;
}

/** `kind v0.33.0 go1.26.8 linux/amd64` → `v0.33.0` */
async function kindVersion(path: string, { env }: GoProgramsOptions['host']): Promise<string | undefined> {
  const said = await runCommand([path, 'version'], { env, signal: AbortSignal.timeout(VERSION_MS) }).catch(() => '');
  return /\bv\d+\.\d+\.\d+\S*/.exec(said)?.[0];
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  return major > OLDEST_KIND[0] || (major === OLDEST_KIND[0] && minor >= OLDEST_KIND[1]);
}
