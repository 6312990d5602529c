import { Worker } from 'node:worker_threads';
import type { Clock } from '../../clock.ts';
import type { CheckJob } from '../check-runner.ts';
import { BROKEN_VIEW, type Verdict, verdictOf } from '../verdict.ts';
import { answerQuestion } from './answer-question.ts';
import { type FromWorker, fromWorker, type ToWorker, type WorkerStart } from './messages.ts';

const ENTRY = new URL('./entry.ts', import.meta.url);
/** Enough for what a check reads of a sandbox, some MiB; a check that takes more ends its thread and not the server. */
const MAX_HEAP_MIB = 192;
/** A thread is asked this often whether it still gives way, while checks run in it. */
const PING_EVERY_MS = 1_000;
/** Pings without any word in between. Honest code gives way within milliseconds; a starved host may take longer. */
const MAX_UNANSWERED = 5;
/** A run whose thread was ended through another check's fault begins again so many times. */
const MAX_STARTS = 3;

interface Run {
  job: CheckJob;
  starts: number;
  resolve: (verdict: Verdict) => void;
}

/** The thread in which the checks of one lab run. It is started when it is needed, and again after it had to be ended. */
export class CheckWorker implements Disposable {
  readonly #labModule: string;
  readonly #clock: Clock;
  readonly #entered = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #runs = new Map<number, Run>();
  #worker: Worker | undefined;
  #lastRun = 0;
  #ping: Disposable | undefined;
  /** Since its last word; undefined until its first: starting may take long. */
  #unanswered: number | undefined;

  constructor(labModule: string, clock: Clock) {
    this.#labModule = labModule;
    this.#clock = clock;
  }

  run(job: CheckJob): Promise<Verdict> {
    const { promise, resolve } = Promise.withResolvers<Verdict>();
    const onAbort = () => {
      for (const [number, run] of this.#runs) if (run.job === job) this.#say({ type: 'abort', run: number });
    };
    job.signal.addEventListener('abort', onAbort, { once: true });
    this.#start({ job, starts: 0, resolve });
    if (job.signal.aborted) onAbort();
    return promise.finally(() => job.signal.removeEventListener('abort', onAbort));
  }

  /** Ends the thread; what runs in it is broken off. Safe to call twice. */
  [Symbol.dispose](): void {
    const runs = this.#stop();
    for (const [, run] of runs) run.resolve(verdictOf(new Error('the thread of the checks was ended')));
  }

  #start(run: Run): void {
    const number = ++this.#lastRun;
    run.starts++;
    this.#runs.set(number, run);
    this.#worker ??= this.#open();
    if (this.#ping === undefined) this.#watch();
    const { task, answer, probes } = run.job;
    const { machines, cluster } = probes;
    this.#say({
      type: 'run',
      run: number,
      task,
      machines,
      ...(cluster === undefined ? {} : { namespace: cluster.namespace }),
      ...(answer === undefined ? {} : { answer }),
    });
  }

  #open(): Worker {
    const start: WorkerStart = { labModule: this.#labModule, entered: this.#entered };
    const worker = new Worker(ENTRY, {
      workerData: start,
      // Labs are reviewed, and still have no business with the server's environment.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
    });
    worker.unref();
    const ended = (error: unknown) => {
      if (worker === this.#worker) this.#replace(error);
    };
    worker.on('message', (message: unknown) => {
      if (worker === this.#worker) this.#hear(fromWorker.parse(message));
    });
    worker.on('error', ended);
    worker.on('exit', (code) => ended(new Error(`a check ended its thread with ${code}`)));
    return worker;
  }

  #hear(message: FromWorker): void {
    this.#unanswered = 0;
    if (message.type === 'pong') return;
    const run = this.#runs.get(message.run);
    if (run === undefined) return;
    if (message.type === 'ask') {
      const { run: number, question } = message;
      void answerQuestion(run.job, message.ask).then((answer) => {
        if (this.#runs.has(number)) this.#say({ type: 'answer', run: number, question, answer });
      });
      return;
    }
    this.#runs.delete(message.run);
    if (this.#runs.size === 0) this.#stopWatching();
    run.resolve(toVerdict(message));
  }

  #say(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #watch(): void {
    const again = () => {
      this.#ping = this.#clock.after(PING_EVERY_MS, () => {
        if (this.#unanswered !== undefined && this.#unanswered++ >= MAX_UNANSWERED) {
          this.#replace(new Error('the check did not give way for seconds; its thread was ended'));
          return;
        }
        this.#say({ type: 'ping' });
        again();
      });
    };
    again();
  }

  #stopWatching(): void {
    if (this.#unanswered !== undefined) this.#unanswered = 0;
    this.#ping?.[Symbol.dispose]();
    this.#ping = undefined;
  }

  #stop(): [number, Run][] {
    this.#stopWatching();
    void this.#worker?.terminate();
    this.#worker = undefined;
    this.#unanswered = undefined;
    const runs = [...this.#runs];
    this.#runs.clear();
    return runs;
  }

  /** The run whose code the thread was in is to blame; the others begin again in a new one. */
  #replace(why: unknown): void {
    const runs = this.#stop();
    const culprit = Atomics.load(this.#entered, 0);
    for (const [number, run] of runs) {
      if (number === culprit || run.starts >= MAX_STARTS || run.job.signal.aborted) run.resolve(verdictOf(why));
      else this.#start(run);
    }
  }
}

function toVerdict(message: Extract<FromWorker, { type: 'pass' | 'notYet' | 'broken' }>): Verdict {
  switch (message.type) {
    case 'pass':
      return { kind: 'pass' };
    case 'notYet': {
      const { view, missing } = message;
      return { kind: 'notYet', view, ...(missing === undefined ? {} : { missing }) };
    }
    case 'broken': {
      const error = new Error(message.message);
      error.stack = message.stack;
      return { kind: 'broken', view: BROKEN_VIEW, error };
    }
  }
}
