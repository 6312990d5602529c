import { cp, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashPaths, shortHash } from '../content-hash.ts';
import { runCommand } from '../run-command.ts';
import { SetupError } from '../setup-error.ts';
import type { Host, Progress } from '../types.ts';
import type { Component } from './components.ts';
import { goEnvironment, needGo } from './go-toolchain.ts';

export interface GoProgramsOptions {
  host: Host;
  /** `images/kubernetes/go` */
  modulesDir: string;
  /** Where programs are kept, a folder for each component and its content; and, while it builds, what Go needs. */
  cacheDir: string;
  /** The processor they run on, in Node's words. */
  arch: string;
  progress: Progress;
}

/** The folder of a component's programs, built by Go unless they are there: with a VERSION file, and with what it keeps. */
export async function ensureGoPrograms(component: Component, options: GoProgramsOptions): Promise<string> {
  const folder = await goProgramsFolder(component, options);
  if (await isThere(folder)) return folder;
  await needGo(options.host, `Kubernetes’ ${component.name}`);
  const workDir = goWorkDir(options);
  const module = join(options.modulesDir, component.name);
  const env = goEnvironment(options.host, workDir, options.arch);
  const draft = join(workDir, component.name);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await download(component, module, env, options.progress);
  const version = await componentVersion(component, options.modulesDir);
  for (const [file, path] of Object.entries(component.programs)) {
    const done = options.progress.step(`${component.name} ${version}: building ${file}`);
    await runCommand(['go', 'build', ...flags(component), '-o', join(draft, file), path], { cwd: module, env });
    done();
  }
  if (component.keeps !== undefined) {
    const { from, as } = component.keeps;
    const dir = await runCommand(['go', 'list', '-m', '-f', '{{.Dir}}', component.module], { cwd: module, env });
    await cp(join(dir.trim(), from), join(draft, as), { recursive: true });
  }
  await writeFile(join(draft, 'VERSION'), `${version}\n`);
  await rename(draft, folder);
  return folder;
}

/** Where a component's programs are, or would be. */
export async function goProgramsFolder(component: Component, options: Omit<GoProgramsOptions, 'progress'>) {
  const content = [await hashPaths(options.modulesDir, [component.name]), JSON.stringify(component), options.arch];
  return join(options.cacheDir, `${component.name}-${shortHash(content)}`);
}

/** What Go fetched and compiled, gigabytes of it, is of no use any more. */
export async function removeGoWork(options: Pick<GoProgramsOptions, 'cacheDir'>): Promise<void> {
  await rm(goWorkDir(options), { recursive: true, force: true });
}

/** As its go.mod pins it: `v1.36.1`. */
export async function componentVersion(component: Component, modulesDir: string): Promise<string> {
  const text = await readFile(join(modulesDir, component.name, 'go.mod'), 'utf8');
  const line = text.split('\n').find((one) =>
    one
      .replace(/^require/, '')
      .trim()
      .startsWith(`${component.module} v`),
  );
  const version = line === undefined ? undefined : /\s(v\S+)/.exec(line)?.[1];
  if (version === undefined) throw new Error(`${component.name}/go.mod does not require ${component.module}`);
  return version;
}

function flags(component: Component): string[] {
  const set = Object.entries(component.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  // What the linker would leave out, the compiler need not make.
  return ['-gcflags', 'all=-dwarf=false', '-ldflags', ['-s', '-w', ...set].join(' '), ...tagsOf(component)];
}

function tagsOf({ tags }: Component): string[] {
  return tags === undefined ? [] : ['-tags', tags];
}

async function download(component: Component, cwd: string, env: Host['env'], progress: Progress): Promise<void> {
  const done = progress.step(`${component.name}: fetching its Go modules`);
  try {
    // What the programs need, which is less than all that their modules know of.
    await runCommand(['go', 'list', '-deps', ...tagsOf(component), ...Object.values(component.programs)], { cwd, env });
  } catch (error) {
    throw new SetupError(
      {
        what: `The Go modules of ${component.name} could not be fetched: ${error instanceof Error ? error.message : String(error)}\n`,
        fix: 'It needs a Go module proxy: go online, or set GOPROXY to one that can be reached, and run this again.',
      },
      { cause: error },
    );
  }
  done();
}

function goWorkDir({ cacheDir }: Pick<GoProgramsOptions, 'cacheDir'>): string {
  return join(cacheDir, 'work');
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
