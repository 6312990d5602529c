import { randomBytes } from 'node:crypto';
import type { Backend, SandboxRef } from '../../backend/backend.ts';
import type { LabLesson } from '../../lab/lessons.ts';
import { type HeldShell, openShell } from '../../terminal/held-shell.ts';
import { LessonFiles } from '../lesson-files.ts';
import { prepareSandbox } from '../prepare-sandbox.ts';
import { newTerminalId } from '../terminals.ts';
import type { SandboxKind } from './sandbox-kind.ts';

/** A shell that was opened before there was a page for it. */
export interface ReadyShell {
  terminal: string;
  shell: HeldShell;
}

/** A sandbox that runs before anybody wants it: its engine answers, its first shell is at the prompt. */
export class WarmSandbox {
  readonly sandbox: SandboxRef;
  readonly #shell: ReadyShell;
  /** Waits for the lesson’s files; none when they are there already. */
  readonly #files: LessonFiles | undefined;
  #whole = true;

  private constructor(sandbox: SandboxRef, shell: ReadyShell, files: LessonFiles | undefined) {
    this.sandbox = sandbox;
    this.#shell = shell;
    this.#files = files;
    for (const exit of [shell.shell.exit, ...(files?.exits ?? [])]) void exit.then(() => (this.#whole = false));
  }

  /** Rejects, with nothing left, when it cannot be made. */
  static async make(
    backend: Backend,
    sandbox: SandboxRef,
    { filesFirst }: SandboxKind,
    lesson: LabLesson,
    signal: AbortSignal,
  ): Promise<WarmSandbox> {
    const { privateRegistry = false } = lesson.lab.sandbox;
    await backend.create({ ...sandbox, labels: { pool: 'warm' }, privateRegistry }, { signal });
    try {
      if (filesFirst) await prepareSandbox(backend, sandbox, lesson, { signal });
      const terminal = newTerminalId();
      const [shell, files] = await Promise.all([
        openShell(backend, sandbox, sandbox.machines[0] ?? 'host', terminal, 0),
        filesFirst ? undefined : LessonFiles.open(backend, sandbox),
      ]);
      signal.throwIfAborted();
      return new WarmSandbox(sandbox, { terminal, shell }, files);
    } catch (error) {
      await backend.destroy(sandbox.id);
      throw error;
    }
  }

  static newRef(parts: Omit<SandboxRef, 'id'>): SandboxRef {
    return { id: `warm${randomBytes(6).toString('hex')}`, ...parts };
  }

  /** False once a connection into it broke: it is not worth taking any more. */
  get isWhole(): boolean {
    return this.#whole;
  }

  /** Makes it the lesson’s; once only. */
  async take(lesson: Pick<LabLesson, 'filesFolders'>, signal: AbortSignal): Promise<ReadyShell> {
    await this.#files?.put(lesson.filesFolders, signal);
    return this.#shell;
  }

  /** Lets go of the connections into it. */
  leave(): void {
    this.#shell.shell.close();
    this.#files?.[Symbol.dispose]();
  }
}
