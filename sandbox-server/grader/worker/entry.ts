/** Runs in a thread of its own: the checks of one lab. What they do to it does not reach the server. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../clock.ts';
import { isLab } from '../../lab/lab-schema.ts';
import type { Lab } from '../../lab/lab.ts';
import { checkContext } from '../check-context.ts';
import { runCheck } from '../run-check.ts';
import type { Verdict } from '../verdict.ts';
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts';
import { RemoteProbes } from './remote-probes.ts';

const { labModule, entered } = workerData as WorkerStart;
const port = parentPort;
if (port === null) throw new Error('this file is the entry of a thread');
const say = (message: FromWorker) => port.postMessage(message);
const runs = new Map<number, { abort: AbortController; probes: RemoteProbes }>();
const lab = loadLab();

port.on('message', (message: ToWorker) => {
  if ('run' in message) Atomics.store(entered, 0, message.run);
  switch (message.type) {
    case 'ping':
      say({ type: 'pong' });
      break;
    case 'run':
      void check(message);
      break;
    case 'abort':
      runs.get(message.run)?.abort.abort(new Error('the run was given up'));
      break;
    case 'answer':
      runs.get(message.run)?.probes.answered(message.question, message.answer);
      break;
  }
});

say({ type: 'pong' });

async function loadLab(): Promise<Lab> {
  const module: unknown = await import(/* @vite-ignore */ labModule);
  const found = typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
  if (!isLab(found)) throw new Error(`${labModule} is not a lab`);
  return found;
}

async function check({ run, task, machines, namespace, answer }: Extract<ToWorker, { type: 'run' }>): Promise<void> {
  const abort = new AbortController();
  const probes = new RemoteProbes({ machines, namespace }, (question, ask) => say({ type: 'ask', run, question, ask }));
  runs.set(run, { abort, probes });
  try {
    const labTask = (await lab).tasks[task];
    if (labTask === undefined) throw new Error(`${labModule} has no task ${task}`);
    // The lab was loaded in between: what follows is this run's code.
    Atomics.store(entered, 0, run);
    const verdict = await runCheck(labTask, {
      context: (options) => checkContext(probes, options),
      clock: systemClock,
      signal: abort.signal,
      ...(answer === undefined ? {} : { answer }),
    });
    report(run, verdict);
  } catch (error) {
    report(run, { kind: 'broken', error, view: { message: '' } });
  } finally {
    runs.delete(run);
  }
}

function report(run: number, verdict: Verdict): void {
  switch (verdict.kind) {
    case 'pass':
      say({ type: 'pass', run });
      break;
    case 'notYet':
      say({
        type: 'notYet',
        run,
        view: verdict.view,
        ...(verdict.missing === undefined ? {} : { missing: verdict.missing }),
      });
      break;
    case 'broken': {
      const error = verdict.error instanceof Error ? verdict.error : new Error(String(verdict.error));
      say({ type: 'broken', run, message: error.message, stack: error.stack ?? '' });
      break;
    }
  }
}
