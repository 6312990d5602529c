/**
 * Follows a shell by the marks it prints (OSC 133): A and B around the prompt, C when a command starts, D when it
 * ended. A shell without marks stays `unknown`.
 */
export type PromptState = 'unknown' | 'prompt' | 'running';

/** Line ends in it send nothing. */
const BRACKETED_PASTE = /\x1b\[200~.*?\x1b\[201~/gs;

export class PromptTracker {
  #state: PromptState = 'unknown';
  #typed = false;
  readonly #listeners = new Set<() => void>();

  get state(): PromptState {
    return this.#state;
  }

  /** True when something was typed at this prompt and not sent: a run block must not be appended to it. */
  get lineStarted(): boolean {
    return this.#state === 'prompt' && this.#typed;
  }

  /** The content of an OSC 133 sequence. */
  mark(data: string): void {
    const kind = data.charAt(0);
    if (kind === 'A' || kind === 'B') this.#set('prompt');
    else if (kind === 'C') this.#set('running');
  }

  /** Keys or a paste. Enter at a prompt starts a command some time before the shell's mark of it arrives. */
  userTyped(data: string): void {
    this.#typed = true;
    if (/[\r\n]/.test(data.replace(BRACKETED_PASTE, ''))) this.commandSent();
  }

  /** A command was sent at the prompt: no prompt until the shell marks the next one. */
  commandSent(): void {
    if (this.#state === 'prompt') this.#set('running');
  }

  /** The screen was cleared for another stream: what was known is void. */
  forget(): void {
    this.#state = 'unknown';
    this.#typed = false;
  }

  /** Resolves when a prompt is there, or with what is known after `ms`; `signal` ends the wait with the same. */
  async waitForPrompt(ms: number, signal: AbortSignal): Promise<PromptState> {
    if (this.#state === 'prompt' || signal.aborted) return this.#state;
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.#listeners.delete(onChange);
        signal.removeEventListener('abort', finish);
        resolve(this.#state);
      };
      const onChange = () => {
        if (this.#state === 'prompt') finish();
      };
      const timer = setTimeout(finish, ms);
      this.#listeners.add(onChange);
      signal.addEventListener('abort', finish);
    });
  }

  #set(state: PromptState): void {
    // A completion list draws the same prompt again, with the line that was begun.
    if (state !== this.#state) this.#typed = false;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
