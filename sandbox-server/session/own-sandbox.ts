import { randomBytes } from 'node:crypto';
import type { SandboxRef } from '../backend/backend.ts';
import { Attempts } from '../grader/attempts.ts';
import { type LabLesson, partsOf } from '../lab/lessons.ts';
import type { StoredSession } from '../store/store.ts';
import type { Audience } from './audience.ts';
import { obtainSandbox } from './obtain-sandbox.ts';
import { recoverSandbox } from './recover-sandbox.ts';
import { RunningSandbox } from './running-sandbox.ts';
import type { SessionServices } from './session-services.ts';
import type { Steps } from './steps.ts';
import type { Terminals } from './terminals.ts';

export interface OwnSandboxOptions {
  session: string;
  learner: string;
  lesson: () => LabLesson;
  services: SessionServices;
  steps: Steps;
  terminals: Terminals;
  audience: Audience;
  /** From before a restart. */
  stored?: Pick<StoredSession, 'sandbox' | 'attempts'> | undefined;
  /** It is another one, or something was tried in it. */
  onChange: () => void;
}

/** The sandbox of a session, or the next one: making it, using it, getting it back, removing it. */
export class OwnSandbox {
  readonly #options: OwnSandboxOptions;
  readonly #abort = new AbortController();
  /** What the learner tried in it. */
  readonly attempts: Attempts;
  #ref: SandboxRef;
  #running: RunningSandbox | undefined;
  #removingOld: Promise<void> = Promise.resolve();

  constructor(options: OwnSandboxOptions) {
    this.#options = options;
    this.#ref = options.stored?.sandbox ?? this.#next();
    this.attempts = new Attempts(options.stored?.attempts, options.onChange);
  }

  get ref(): SandboxRef {
    return this.#ref;
  }

  /** While it is used. */
  get running(): RunningSandbox | undefined {
    return this.#running;
  }

  /** What is being made or started is given up; nothing more will be. */
  get isGivenUp(): boolean {
    return this.#abort.signal.aborted;
  }

  giveUp(): void {
    this.#abort.abort();
  }

  /** The next one has another name, so that what is left of this one is nobody's. */
  rename(): void {
    this.#ref = this.#next();
    this.attempts.clear();
  }

  /** Gets one as the lesson wants it. `before`: what precedes one that is made from nothing. */
  async obtain(before: () => Promise<void>): Promise<void> {
    const { services, lesson, learner, steps, terminals, onChange } = this.#options;
    await obtainSandbox(services, {
      ...{ lesson: lesson(), learner, steps, terminals, before },
      signal: this.#abort.signal,
      own: (sandbox) => {
        this.#ref = sandbox;
        onChange();
      },
      newSandbox: () => this.#next(),
    });
    this.use();
  }

  /** Starts its machines again, with their files. */
  async recover(): Promise<void> {
    const { signal } = this.#abort;
    await recoverSandbox(this.#options.services, this.#ref, signal);
    signal.throwIfAborted();
    this.#options.steps.finish();
    this.use();
  }

  use(): void {
    const { services, session, learner, lesson, audience } = this.#options;
    const reader = services.clusters?.reader(this.#ref);
    const watcher = services.clusters?.watcher(this.#ref);
    this.#running = new RunningSandbox({
      ...(reader && watcher && { cluster: { reader, watcher } }),
      ...{ services, session, learner, lesson: lesson(), sandbox: this.#ref },
      attempts: this.attempts,
      emit: (message) => audience.tell(message),
      onStorageError: (error) => audience.tell({ type: 'error', error: error.view() }),
    });
    this.#running.grading.setWatched(audience.isThere);
    this.#running.grading.setLive(audience.wantsLive);
  }

  /** Looks into it no more; its terminals stay. */
  rest(): void {
    this.#running?.[Symbol.dispose]();
    this.#running = undefined;
  }

  leave(): void {
    this.rest();
    this.#options.terminals.closeAll('ended');
  }

  /** Leaves it and removes it, for another one. Resolves when it is gone. */
  discard(): Promise<void> {
    const { services, session } = this.#options;
    this.leave();
    this.attempts.clear();
    this.#removingOld = services.backend.destroy(this.#ref.id);
    // A warm sandbox need not wait for that; when it fails, the registry's next reconciliation removes what is left.
    this.#removingOld.catch((error: unknown) => {
      services.log.warn({ session, err: error }, 'could not remove the old sandbox');
    });
    return this.#removingOld;
  }

  /** The one that was discarded is gone, or will be removed later. */
  async oldIsGone(): Promise<void> {
    await this.#removingOld.catch(() => undefined);
  }

  async remove(): Promise<void> {
    const { services, session } = this.#options;
    this.leave();
    try {
      await services.backend.destroy(this.#ref.id);
    } catch (error) {
      // The registry's next reconciliation finds what is left by its label.
      services.log.warn({ session, err: error }, 'could not remove the sandbox; it is tried again');
    }
  }

  #next(): SandboxRef {
    const { session, lesson } = this.#options;
    return { id: `${session}${randomBytes(2).toString('hex')}`, ...partsOf(lesson().lab) };
  }
}
