import type { Backend, SandboxRef } from '../backend/backend.ts';
import { openShell } from '../terminal/held-shell.ts';
import { Terminal } from '../terminal/terminal.ts';
import type { Viewer } from '../terminal/viewer.ts';
import { MarkReader } from './mark-reader.ts';

/** A build with downloads fits; a command that waits for input does not end at all. */
const COMMAND_MS = 180_000;
const FIRST_PROMPT_MS = 20_000;
/** Of what a command printed, kept for a failure's report: its end says what went wrong. */
const KEPT_OUTPUT_CHARS = 4_000;
const SIZE = { cols: 120, rows: 40 };

export interface TypedResult {
  /** Of the last command. */
  exitCode: number;
  /** Codes of the commands that failed, the last one too; commands whose failure the shell handles (`||`, `if`) are not. */
  failed: number[];
  /** The end of what was printed, without control sequences. */
  output: string;
}

/** Somebody at the keyboard: the page's run blocks are typed as the page's button types them, into the server's own terminal. */
export class TypingTerminal implements Disposable {
  readonly #terminal: Terminal;
  readonly #marks = new MarkReader();
  #viewer: Viewer | undefined;
  #offset = 0;
  #output = '';
  #wake: () => void = () => undefined;
  #ended: Error | undefined;

  private constructor(backend: Backend, sandbox: SandboxRef, machine: string) {
    this.#terminal = new Terminal({
      open: (from) => openShell(backend, sandbox, machine, 'verify', from),
      onCommandEnd: () => undefined,
      onInput: () => undefined,
      onExit: () => undefined,
    });
  }

  /** Opens a terminal on a machine and waits for its first prompt. */
  static async open(
    backend: Backend,
    sandbox: SandboxRef,
    machine: string,
    signal: AbortSignal,
  ): Promise<TypingTerminal> {
    const typing = new TypingTerminal(backend, sandbox, machine);
    try {
      await typing.#terminal.open();
      typing.#look();
      await typing.#until(() => typing.#marks.atPrompt, FIRST_PROMPT_MS, signal, 'the shell shows no prompt');
      // Of several pasted commands the prompt only knows how the last one ended.
      await typing.run(` trap 'printf "\\e]7770;%d\\a" $?' ERR`, signal);
      return typing;
    } catch (error) {
      typing[Symbol.dispose]();
      throw error;
    }
  }

  /** Types the code as one bracketed paste and Enter, and waits for the prompt after it, no longer than `limit` ms; default COMMAND_MS. */
  async run(code: string, signal: AbortSignal, limit = COMMAND_MS): Promise<TypedResult> {
    this.#output = '';
    this.#marks.reset();
    this.#terminal.write(Buffer.from(`\x1b[200~${code}\x1b[201~\r`));
    await this.#until(() => this.#marks.ended !== undefined && this.#marks.atPrompt, limit, signal, 'it does not end');
    return { exitCode: this.#marks.ended ?? -1, failed: this.#marks.failed, output: this.#shown() };
  }

  /** Ends the connection; the sandbox's end ends the shell. */
  [Symbol.dispose](): void {
    this.#terminal.close();
  }

  /** Looks on as a page does. */
  #look(): void {
    const viewer = this.#terminal.attach({
      bytes: (chunk) => this.#take(chunk),
      message: (message) => {
        if (message.type === 'hello') this.#offset = message.offset;
      },
      close: (_code, reason) => {
        this.#ended = new Error(`the terminal ended: ${reason}`);
        this.#wake();
      },
    });
    this.#viewer = viewer;
    this.#terminal.resize(viewer, SIZE.cols, SIZE.rows);
    this.#terminal.ack(viewer, this.#offset);
  }

  #take(chunk: Buffer): void {
    this.#offset += chunk.length;
    if (this.#viewer !== undefined) this.#terminal.ack(this.#viewer, this.#offset);
    this.#output = (this.#output + chunk.toString('utf8')).slice(-2 * KEPT_OUTPUT_CHARS);
    this.#marks.read(chunk);
    this.#wake();
  }

  async #until(isTrue: () => boolean, ms: number, signal: AbortSignal, what: string): Promise<void> {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(ms)]);
    const onAbort = () => this.#wake();
    deadline.addEventListener('abort', onAbort, { once: true });
    try {
      while (!isTrue()) {
        if (this.#ended) throw this.#ended;
        signal.throwIfAborted();
        if (deadline.aborted) throw new Error(`${what} within ${ms / 1000} s; the terminal shows:\n${this.#shown()}`);
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      deadline.removeEventListener('abort', onAbort);
    }
  }

  #shown(): string {
    return withoutControls(this.#output).slice(-KEPT_OUTPUT_CHARS).trim();
  }
}

function withoutControls(text: string): string {
  return text.replace(
    /\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[\d;?]*[ -/]*[@-~]|\x1b[=>()][0-9A-Z]?|[\x00-\x08\x0b-\x1f]/g,
    '',
  );
}
