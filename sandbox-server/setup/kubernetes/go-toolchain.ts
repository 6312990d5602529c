import { join } from 'node:path';
import { runCommand } from '../run-command.ts';
import { SetupError } from '../setup-error.ts';
import type { Host } from '../types.ts';

/** `go version` takes milliseconds, on a busy machine a few seconds. */
const VERSION_MS = 30_000;
/** The first Go that can fetch a newer one of itself, which some modules ask for. */
const OLDEST_GO = [1, 21] as const;
/** Compilers at work at once: memory grows with them, up to 1 GiB each. */
const COMPILERS = 2;

/** The Go of this machine; SetupError when there is none that will do. `purpose`: what cannot be had without it. */
export async function needGo(host: Host, purpose: string): Promise<void> {
  const fix = 'Install Go 1.21 or newer (https://go.dev/dl/) with a Go module proxy in reach, and run this again.';
  const said = await runCommand(['go', 'version'], { env: host.env, signal: AbortSignal.timeout(VERSION_MS) }).catch(
    () => undefined,
  );
  if (said === undefined)
    throw new SetupError({ what: `${purpose} is built with Go, and there is no Go on this machine.`, fix });
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(said) ?? [];
  if (Number(major) === OLDEST_GO[0] && Number(minor) < OLDEST_GO[1])
    throw new SetupError({ what: `${purpose} is built with Go, and this machine’s is too old (${said.trim()}).`, fix });
}

/**
 * What Go sees of the environment: the machine's own proxy and checksum settings; modules and compiled packages are kept in `workDir`,
 * so that a build that was interrupted goes on where it was.
 */
export function goEnvironment(host: Host, workDir: string, arch: string): Record<string, string | undefined> {
  return {
    ...host.env,
    CGO_ENABLED: '0',
    GOOS: 'linux',
    GOARCH: arch === 'x64' ? 'amd64' : arch,
    GOCACHE: join(workDir, 'go-build'),
    GOMODCACHE: join(workDir, 'go-mod'),
    GOFLAGS: `-buildvcs=false -modcacherw -mod=readonly -trimpath -p=${COMPILERS}`,
    GOWORK: 'off',
  };
}
