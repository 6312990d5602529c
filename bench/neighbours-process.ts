import { Learner } from '../test/support/learner.ts';
import { ourLine } from './line.ts';
import type { NeighboursOrder } from './neighbours.ts';

/*
 * Run by neighbours.ts: learners at work. Each terminal prints ten lines a second, as a build or a log does, and gets a key
 * four times a second, as somebody who thinks while typing gives it. Waiting starts no program: a thousand of them a second
 * would be what is measured.
 */
const PRINT = `exec 9<> <(:); while ! read -rt 0.1 -u 9; do echo "$RANDOM of a line that a program prints while it is at work"; done &\r`;
const KEY_EVERY_MS = 250;

const { url, places } = JSON.parse(process.argv[2] ?? '{}') as NeighboursOrder;
for (const { cookie, session, terminals } of places) {
  const learner = new Learner(url);
  learner.cookie = cookie;
  for (const terminal of terminals) {
    const line = await ourLine(learner, session, terminal);
    line.write(PRINT);
    setInterval(() => line.write('x'), KEY_EVERY_MS);
  }
}
process.send?.('busy');
