import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import type { SessionView } from '../../sandbox-server/protocol/views.ts';
import { Learner } from '../support/learner.ts';
import { ServerProcess, type ServerProcessOptions } from '../support/server-process.ts';
import { type DataFolder, dataFolder } from '../support/test-server.ts';
import { CountingTerminal } from './counting-terminal.ts';
import type { FaultContext } from './findings.ts';

/** A lab on a host that is busy. */
export const READY_MS = 90_000;
const POLL_MS = 100;

/** A server of this checkout on a data folder of its own, which can be killed and started again at the same address. */
export class Stand implements AsyncDisposable {
  readonly data: DataFolder;
  readonly docker: Docker;
  readonly #options: Partial<ServerProcessOptions>;
  readonly #counting: CountingTerminal[] = [];
  server: ServerProcess;

  private constructor(data: DataFolder, options: Partial<ServerProcessOptions>, server: ServerProcess) {
    this.data = data;
    this.docker = new Docker(options.dockerodeOptions);
    this.#options = { ...options, port: Number(new URL(server.url).port) };
    this.server = server;
  }

  static async start(
    { dockerodeOptions, images }: Pick<FaultContext, 'dockerodeOptions' | 'images'>,
    data: DataFolder = dataFolder(),
  ): Promise<Stand> {
    const options = { dockerodeOptions, images };
    return new Stand(data, options, await ServerProcess.start(data, options));
  }

  learner(): Learner {
    return new Learner(this.server.url);
  }

  /** A learner with a lab whose first terminal counts. */
  async counter(lesson: string, how: string) {
    const learner = this.learner();
    const { id } = await learner.start(lesson);
    const session = await this.ready(learner, id);
    const terminal = new CountingTerminal(learner, id, session.terminals[0]!.id);
    await terminal.start(how);
    this.#counting.push(terminal);
    return { learner, session, terminal };
  }

  async ready(learner: Learner, id: string): Promise<SessionView> {
    const view = await poll(READY_MS, async () => {
      const { status, body } = await learner.request('GET', `/api/sessions/${id}`);
      const session = body as SessionView;
      if (status !== 200 || session.state === 'failed' || session.state === 'ended')
        throw new Error(`session ${id}: ${status} ${JSON.stringify(body)}`);
      return session.state === 'ready' ? session : undefined;
    });
    if (view === undefined) throw new Error(`session ${id} was not ready within ${READY_MS / 1000} s`);
    return view;
  }

  /** Kills it and starts it again; resolves to how long it was away, in milliseconds. */
  async killed(): Promise<number> {
    await this.server.end('SIGKILL');
    return this.#again();
  }

  /** What `npm start -- --restart` does. */
  async restarted(): Promise<number> {
    return this.#again({ replace: true });
  }

  /** Ends it as Ctrl-C does. */
  async stopped(): Promise<void> {
    await Promise.all(this.#counting.map((terminal) => terminal.stop()));
    await this.server.end('SIGTERM');
  }

  async #again(how: { replace?: boolean } = {}): Promise<number> {
    const begun = performance.now();
    this.server = await ServerProcess.start(this.data, { ...this.#options, ...how });
    return performance.now() - begun;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopped();
    this.data[Symbol.dispose]();
  }
}

/** Asks until there is an answer; undefined when there is none in time. */
export async function poll<T>(ms: number, ask: () => Promise<T | undefined>): Promise<T | undefined> {
  const deadline = performance.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || performance.now() > deadline) return answer;
    await sleep(POLL_MS);
  }
}
