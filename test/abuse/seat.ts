import assert from 'node:assert/strict';
import type { SessionView } from '../../sandbox-server/protocol/views.ts';
import { type EventsSocket, Learner } from '../support/learner.ts';
import type { TerminalSocket } from '../support/terminal-socket.ts';
import { QuietShell } from './quiet-shell.ts';

/** A lesson whose lab is there at once. */
const LESSON = 'containers/images/what-an-image-is';
/** A sandbox on a host that is busy with attacks. */
const READY_MS = 60_000;

/** A learner with a lab that runs: cookie, session, its page's events, and the terminal that a page opens. */
export class Seat implements AsyncDisposable {
  readonly learner: Learner;
  readonly session: SessionView;
  readonly events: EventsSocket;
  /** The session's first terminal, at its prompt. */
  readonly terminal: TerminalSocket;
  #shell: Promise<QuietShell> | undefined;

  private constructor(learner: Learner, session: SessionView, events: EventsSocket, terminal: TerminalSocket) {
    this.learner = learner;
    this.session = session;
    this.events = events;
    this.terminal = terminal;
  }

  static async take(url: string, lesson = LESSON): Promise<Seat> {
    const learner = new Learner(url);
    const { id } = await learner.start(lesson);
    const events = await learner.events(id);
    const session = await events.until('the lab is ready', () => ready(events.session), READY_MS);
    const terminal = await learner.terminal(id, session.terminals[0]!.id);
    await terminal.sees('$ ');
    return new Seat(learner, session, events, terminal);
  }

  /** False after the sandbox was lost or the session ended. */
  get alive(): boolean {
    return this.events.closed === undefined && this.events.session.state === 'ready';
  }

  /** Runs a line in the machine, typed into a terminal of its own that neither echoes nor prompts. */
  async sh(line: string, ms?: number): Promise<{ out: string; code: number }> {
    this.#shell ??= this.openShell();
    return (await this.#shell).run(line, ms);
  }

  /** Another terminal of the same machine. */
  async openShell(): Promise<QuietShell> {
    const { status, body } = await this.learner.request('POST', `/api/sessions/${this.session.id}/terminals`, {
      machine: this.session.machines[0]!.name,
    });
    assert.equal(status, 201, `no further terminal: ${JSON.stringify(body)}`);
    const socket = await this.learner.terminal(this.session.id, (body as { id: string }).id);
    return QuietShell.in(socket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.learner.request('DELETE', `/api/sessions/${this.session.id}`);
    this.events.close();
    this.terminal.socket.close();
    (await this.#shell?.catch(() => undefined))?.socket.socket.close();
  }
}

function ready(session: SessionView | undefined): SessionView | undefined {
  if (session?.state === 'failed') throw new Error(`the lab failed: ${JSON.stringify(session.problem)}`);
  return session?.state === 'ready' ? session : undefined;
}
