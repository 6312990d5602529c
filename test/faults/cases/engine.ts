import assert from 'node:assert/strict';
import { HELLO, SECOND } from '../../support/test-server.ts';
import { COUNT } from '../counting-terminal.ts';
import type { FaultCase, Finding } from '../findings.ts';
import { onPrivateEngine } from '../on-private-engine.ts';
import type { PrivateEngine } from '../../support/private-engine.ts';
import { poll, READY_MS, type Stand } from '../stand.ts';

const AWAY_MS = 2_000;
const GOES_ON_MS = 60_000;

/** An engine of our own lets containers go on while it is restarted: nothing is felt but a pause. */
export const engineKept: FaultCase = {
  number: 38,
  title: 'the container engine is restarted, and crashes; containers go on (live-restore)',
  run: (context) => onPrivateEngine(context, { keepsContainers: true }, goesOn),
};

async function goesOn(engine: PrivateEngine, stand: Stand): Promise<Finding> {
  const { terminal } = await stand.counter(SECOND, COUNT.steadily);
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    await engine.restart(signal, AWAY_MS);
    assert.ok(await terminal.countsOn(20, GOES_ON_MS), `the terminal does not go on after ${signal}`);
  }
  await terminal.stop();
  assert.ok(terminal.breaks > 0, 'the engine’s end was not felt at all');
  return {
    lost: { bytesLost: terminal.lost + terminal.missed, sessionsLost: terminal.strange },
    says: `SIGTERM and SIGKILL: ${terminal.count} lines, the same shell`,
  };
}

/** Another engine stops them: the machine comes back with its files, and the learner is told. */
export const engineStopped: FaultCase = {
  number: 38,
  title: 'the container engine is restarted, and stops all containers',
  run: (context) => onPrivateEngine(context, { keepsContainers: false }, comesBack),
};

async function comesBack(engine: PrivateEngine, stand: Stand): Promise<Finding> {
  const learner = stand.learner();
  const { id } = await learner.start(HELLO);
  const session = await stand.ready(learner, id);
  const first = session.terminals[0]!.id;
  const terminal = await learner.terminal(id, first);
  await terminal.runs('docker pull -q busybox:1.37; echo mine > notes; echo re""ady', 'ready\r\n', READY_MS);
  const events = await learner.events(id);
  await engine.restart('SIGTERM', AWAY_MS);
  // A disk of the machine's own goes away with the machine: then the learner is told so, and begins anew.
  const told = await poll(READY_MS, async () =>
    events.session.notice?.code === 'recovered' || events.session.state === 'failed' ? events.session : undefined,
  );
  assert.ok(told, `the learner was not told: ${JSON.stringify(events.session)}`);
  if (told.state === 'failed') {
    assert.equal(told.problem?.code, 'sandbox-lost');
    const again = await learner.start(HELLO);
    await stand.ready(learner, again.id);
    return { says: `${told.problem.message} ${told.problem.fix} A fresh lab starts.` };
  }
  await stand.ready(learner, id);
  const again = await learner.terminal(id, first);
  await again.runs('cat notes; docker run --rm busybox:1.37 echo wo""rks', /mine[^]*works/, READY_MS);
  await learner.request('POST', `/api/sessions/${id}/reset`);
  await stand.ready(learner, id);
  return { says: 'told; files and images are there; a new shell; and it can be reset' };
}
