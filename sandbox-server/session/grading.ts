import type { SandboxRef } from '../backend/backend.ts';
import { toDrydockError, type DrydockError } from '../errors.ts';
import type { Attempts } from '../grader/attempts.ts';
import { CheckClients } from '../grader/check-clients.ts';
import { watchEngineEvents } from '../grader/engine-events.ts';
import { Grader, type TriggerReason } from '../grader/grader.ts';
import type { KubernetesReader } from '../grader/kubernetes-reader.ts';
import type { ClusterView, KubernetesWatcher } from '../grader/kubernetes-watcher.ts';
import { LiveViewSource } from '../grader/live-view.ts';
import type { LabLesson } from '../lab/lessons.ts';
import type { SessionServerMessage } from '../protocol/events.ts';
import type { LiveView } from '../protocol/live.ts';
import type { TaskView } from '../protocol/views.ts';
import type { SessionServices } from './session-services.ts';

/** What watches one sandbox: the grader of its tasks, the live view, and the events of engine and cluster that set both off. */
export class Grading implements Disposable {
  readonly #clients: CheckClients;
  readonly #grader: Grader;
  readonly #live: LiveViewSource;
  readonly #watchCluster: (() => ClusterView) | undefined;
  #cluster: ClusterView | undefined;
  readonly #abort = new AbortController();
  #lesson: LabLesson;

  constructor(options: {
    services: SessionServices;
    session: string;
    learner: string;
    lesson: LabLesson;
    sandbox: SandboxRef;
    /** What was tried in this sandbox so far. */
    attempts: Attempts;
    /** The session's part of a cluster, where the lab has one. */
    cluster?: { reader: KubernetesReader; watcher: KubernetesWatcher };
    emit: (message: SessionServerMessage) => void;
    onStorageError: (error: DrydockError) => void;
  }) {
    const { services, session, learner, lesson, sandbox, cluster, emit } = options;
    this.#lesson = lesson;
    const { backend, checks, clock, log, store } = services;
    this.#clients = new CheckClients({ backend, sandbox, ...(cluster && { cluster: cluster.reader }) });
    const engine = this.#clients.engine();
    this.#grader = new Grader({
      lab: lesson.lab,
      check: (task, run) => checks.run({ labModule: this.#lesson.labModule, task, probes: this.#clients, ...run }),
      clock,
      passed: store.passed(learner, lesson.id),
      attempts: options.attempts,
      onTask: (task) => emit({ type: 'task', task }),
      onPassed: (task, at) => {
        try {
          store.recordPassed(learner, lesson.id, task, at);
        } catch (error) {
          log.error({ session, task, err: error }, 'could not store that a task was passed');
          options.onStorageError(toDrydockError(error, 'storage-failed'));
        }
      },
      onBroken: (task, error) => log.error({ session, lesson: lesson.id, task, err: error }, 'a check is broken'),
    });
    const changed = (what: 'engine' | 'cluster') => {
      this.#live.touch(what);
      this.#grader.trigger('event');
    };
    this.#watchCluster = cluster && (() => cluster.watcher.watch(() => changed('cluster')));
    this.#live = new LiveViewSource({
      engine,
      ...(cluster && { cluster: () => this.#cluster?.objects }),
      clock,
      onLive: (live) => emit({ type: 'live', live }),
      onError: (error) => log.debug({ session, err: error }, 'no live view just now'),
    });
    void watchEngineEvents({
      engine,
      clock,
      signal: this.#abort.signal,
      onEvent: () => changed('engine'),
      onConnected: () => this.#live.touch(),
    });
    this.#grader.start();
  }

  /** Another version of the lesson: its checks run at once. */
  useLesson(lesson: LabLesson): void {
    this.#lesson = lesson;
    this.#grader.renew(lesson.lab);
  }

  tasks(): TaskView[] {
    return this.#grader.tasks();
  }

  trigger(reason: TriggerReason): void {
    this.#grader.trigger(reason);
  }

  answer(task: string, value: string): boolean {
    return this.#grader.answer(task, value);
  }

  checkNow(task: string): boolean {
    return this.#grader.checkNow(task);
  }

  setWatched(watched: boolean): void {
    this.#grader.setWatched(watched);
    if (watched) this.#cluster ??= this.#watchCluster?.();
    else this.#forgetCluster();
  }

  setLive(on: boolean): LiveView | undefined {
    this.#live.setOn(on);
    return this.#live.current;
  }

  #forgetCluster(): void {
    this.#cluster?.[Symbol.dispose]();
    this.#cluster = undefined;
  }

  [Symbol.dispose](): void {
    this.#abort.abort();
    this.#grader[Symbol.dispose]();
    this.#live[Symbol.dispose]();
    this.#forgetCluster();
    this.#clients[Symbol.dispose]();
  }
}
