import type { Backend, ExecStream, SandboxRef } from '../backend/backend.ts';
import { toEnd } from '../backend/exec-to-end.ts';
import { PATHS } from '../backend/paths.ts';
import { filesArchive } from './files-archive.ts';
import { prepareFailed } from './run-to-prepare.ts';

/** Files of a lesson are small; a host on its knees may take this long all the same. */
const UNPACK_MS = 60_000;
/** --touch: files are as new as the sandbox. */
const UNPACK = ['/usr/bin/tar', '--extract', '--touch', '--file', '-', '--directory', PATHS.home];

/** Takes a lesson’s files into the homes of a sandbox’s machines. Started before they are known, it takes them at once. */
export class LessonFiles implements Disposable {
  readonly #inlets: { machine: string; exec: ExecStream }[];

  private constructor(inlets: { machine: string; exec: ExecStream }[]) {
    this.#inlets = inlets;
  }

  static async open(backend: Backend, sandbox: SandboxRef, signal?: AbortSignal): Promise<LessonFiles> {
    const open = async (machine: string) => ({
      machine,
      exec: await backend.exec(sandbox, machine, UNPACK, signal === undefined ? {} : { signal }),
    });
    return new LessonFiles(await Promise.all(sandbox.machines.map(open)));
  }

  /** Resolve when a machine takes no more files. */
  get exits(): Promise<unknown>[] {
    return this.#inlets.map(({ exec }) => exec.exit);
  }

  /** Puts these folders’ content there, a later one’s over an earlier one’s. Once only. */
  async put(folders: readonly string[], signal?: AbortSignal): Promise<void> {
    const timeout = AbortSignal.timeout(UNPACK_MS);
    await Promise.all(
      this.#inlets.map(async ({ machine, exec }) => {
        const { exitCode, stderr } = await toEnd(exec, {
          input: filesArchive(folders),
          signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        });
        if (exitCode === 0) return;
        throw prepareFailed('copying its files', machine, exitCode, stderr.toString('utf8'));
      }),
    );
  }

  [Symbol.dispose](): void {
    for (const { exec } of this.#inlets) exec.close();
  }
}
