import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestRuntime extends AsyncDisposable {
  path: string;
}

/** runc under another name, as an engine's further runtime. */
export function renamedRunc(): Promise<TestRuntime> {
  return runtime('exec runc "$@"\n');
}

/** runc that asks for one capability less: a machine that itself has not got it refuses all others with it. */
export function runcWithoutSysResource(): Promise<TestRuntime> {
  return runtime(`previous=
for word in "$@"; do
  case "$previous" in
    --bundle | -b) config=$word/config.json ;;
    --process | -p) config=$word ;;
  esac
  previous=$word
done
[ -z "\${config:-}" ] || sed -i 's/"CAP_SYS_RESOURCE",//g; s/,"CAP_SYS_RESOURCE"//g' "$config"
exec runc "$@"
`);
}

async function runtime(script: string): Promise<TestRuntime> {
  const folder = await mkdtemp(join(tmpdir(), 'dd-runtime-'));
  const path = join(folder, 'runtime');
  await writeFile(path, `#!/bin/sh\nset -eu\n${script}`);
  await chmod(path, 0o755);
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
