import type { TerminalSocket } from '../support/terminal-socket.ts';

/** How long a line may take unless it is said. */
const LINE_MS = 30_000;

/** A terminal whose shell neither echoes nor prompts, so that what comes back is what the typed line printed. */
export class QuietShell {
  readonly socket: TerminalSocket;
  #lines = 0;

  private constructor(socket: TerminalSocket) {
    this.socket = socket;
  }

  static async in(socket: TerminalSocket): Promise<QuietShell> {
    await socket.sees('$ ');
    // The last words come from printf, so the echo of this line is not taken for them.
    await socket.runs(
      `exec bash --norc --noprofile --noediting -c 'stty -echo; printf "quiet-%d\\n" 1; PS1= exec bash --norc --noprofile --noediting -i'`,
      'quiet-1',
    );
    const shell = new QuietShell(socket);
    await shell.run(`PS1=; PS2=; unset PROMPT_COMMAND`);
    return shell;
  }

  /** Types a line and waits for its end. Standard input is empty, standard error comes with the output. */
  async run(line: string, ms = LINE_MS): Promise<{ out: string; code: number }> {
    const mark = `##end-${++this.#lines}##`;
    const from = this.socket.text.length;
    this.socket.type(`{ ${line}\n} < /dev/null 2>&1; printf '\\n${mark}%d##\\n' $?\r`);
    const end = new RegExp(`\\n${mark}(\\d+)##`);
    const text = await this.socket.sees(end, ms, from);
    const found = end.exec(text)!;
    const out = text.slice(0, found.index).replaceAll('\r', '').replace(/^\n+/, '').trimEnd();
    return { out, code: Number(found[1]) };
  }
}
