import { setTimeout as sleep } from 'node:timers/promises';
import type { MeView } from '../../../sandbox-server/protocol/views.ts';
import { leftovers } from '../../support/engine.ts';
import { HELLO, SECOND, THIRD } from '../../support/test-server.ts';
import { COUNT } from '../counting-terminal.ts';
import type { FaultCase, Finding } from '../findings.ts';
import { loopDisks, settledDisks, settledLeftovers } from '../leftovers.ts';
import { Random } from '../random.ts';
import { Recorder } from '../recorder.ts';
import { Stand } from '../stand.ts';
import { Visitor } from '../visitor.ts';

/** Making or resetting a lab takes this long on a quiet machine: the kill falls anywhere in it. */
const LONGEST_WAIT_MS = 2_500;
/** One round in so many is a `--restart`. */
const RESTART_EVERY = 5;
/** Numbers that have to come after each restart. */
const GOES_ON = 5;
const GOES_ON_MS = 30_000;

export const kills: FaultCase = {
  number: 37,
  title: 'the server is killed (or replaced) while labs are made, used, reset and ended',
  run: async (context) => {
    const { rounds, seed, note } = context;
    const random = new Random(seed);
    const disks = new Set((await loopDisks()).map(({ file }) => file));
    await using stand = await Stand.start(context);
    const lost = { sessionsLost: 0, bytesLost: 0, leftovers: 0, progressLost: 0 };
    const says: string[] = [];
    const problem = (round: number, what: string) => {
      says.push(`round ${round}: ${what}`);
      note(`round ${round}: ${what}`);
    };

    const counters = await Promise.all([stand.counter(HELLO, COUNT.steadily), stand.counter(SECOND, COUNT.inBursts)]);
    const visitors = [HELLO, THIRD].map((lesson) => new Visitor(stand.learner(), lesson, random));
    for (const { learner } of visitors) await learner.request('GET', '/api/me');
    const [first] = counters;
    const events = await first.learner.events(first.session.id);
    events.send({ type: 'answer', task: 'count', value: '3' });
    await events.taskIs('count', 'done');
    events.close();
    const recorder = new Recorder(first.learner, HELLO);
    recorder.start();

    const away: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      const acting = visitors.map((visitor) => visitor.act());
      await sleep(random.between(0, LONGEST_WAIT_MS));
      const replaced = random.between(1, RESTART_EVERY) === 1;
      away.push(replaced ? await stand.restarted() : await stand.killed());
      await Promise.all(acting);

      for (const visitor of visitors) {
        const before = visitor.session;
        if (!(await visitor.looksAgain())) {
          lost.sessionsLost++;
          problem(round, `the session ${before} of a visitor is not there any more`);
        }
        if (visitor.session === undefined) continue;
        await stand.ready(visitor.learner, visitor.session).catch((error: unknown) => {
          lost.sessionsLost++;
          visitor.session = undefined;
          problem(round, String(error));
        });
      }
      for (const { terminal, session } of counters) {
        if (await terminal.countsOn(GOES_ON, GOES_ON_MS)) continue;
        lost.sessionsLost++;
        problem(round, `the terminal of session ${session.id} does not go on after ${terminal.count}`);
      }
      if (round % 10 === 0) note(`round ${round} of ${rounds}`);
    }

    await recorder.stop();
    lost.progressLost += await recorder.lost();
    const { body } = await first.learner.request('GET', '/api/me');
    if ((body as MeView).progress[HELLO]?.tasks.includes('count') !== true) lost.progressLost++;
    const strange = counters.reduce((sum, { terminal }) => sum + terminal.strange, 0);
    lost.sessionsLost += strange;
    lost.bytesLost = counters.reduce((sum, { terminal }) => sum + terminal.lost + terminal.missed, 0);
    const live = [...counters.map(({ session }) => session.id), ...visitors.map(({ session }) => session)];
    const sessions = live.filter((id) => id !== undefined);
    const left = await settledLeftovers(stand.docker, stand.data.owner, sessions, disks);
    await stand.stopped();
    left.push(...(await leftovers(stand.docker, stand.data.owner)), ...(await settledDisks(stand.docker, disks)));
    lost.leftovers = left.length;
    for (const name of left) says.push(`left over: ${name}`);

    const numbers = counters.reduce((sum, { terminal }) => sum + terminal.count, 0);
    const breaks = counters.reduce((sum, { terminal }) => sum + terminal.breaks, 0);
    away.sort((a, b) => a - b);
    says.unshift(
      `${rounds} rounds, seed ${seed}: ${numbers} lines over ${breaks} broken connections, ${recorder.confirmed} answers; ` +
        `back after ${inSeconds(away[Math.floor(away.length / 2)])} (median), ${inSeconds(away.at(-1))} at most`,
    );
    return { lost, says: says.join('\n') } satisfies Finding;
  },
};

const inSeconds = (ms = 0) => `${(ms / 1000).toFixed(1)} s`;
