import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Learner } from '../../support/learner.ts';
import { HELLO, SECOND } from '../../support/test-server.ts';
import { COUNT, CountingTerminal } from '../counting-terminal.ts';
import type { FaultCase } from '../findings.ts';
import { SilentProxy } from '../silent-proxy.ts';
import { Stand } from '../stand.ts';

const GOES_ON_MS = 30_000;
/** A connection that is dead counts as one that is slow until it has missed a ping (gateway/sockets.ts): the output waits for it. */
const FOUND_DEAD_MS = 60_000;
/** For the flood to be printed after that. */
const FLOODED_MS = 10_000;
/** More than is kept, printed at once. */
const FLOOD = 'seq -f "#%.0f" 1 400000; i=400000; while :; do i=$((i+1)); echo "#$i"; sleep 0.05; done';

export const network: FaultCase = {
  number: 39,
  title: 'the browser’s network is cut in the midst of output',
  run: async (context) => {
    await using stand = await Stand.start(context);
    await using proxy = await SilentProxy.to(stand.server.url);
    const owner = stand.learner();
    const started = [];
    for (const lesson of [HELLO, SECOND]) {
      const { id } = await owner.start(lesson);
      started.push(await stand.ready(owner, id));
    }
    const browser = new Learner(proxy.url);
    browser.cookie = owner.cookie;
    const [steady, flood] = started.map((view) => new CountingTerminal(browser, view.id, view.terminals[0]!.id));
    await steady!.start(COUNT.steadily);
    await flood!.start(`sleep 3; ${FLOOD}`.replace('sleep 3; ', 'echo "#1"; sleep 3; '));
    const before = steady!.count;
    proxy.cut();
    await sleep(context.cutMs);
    proxy.mend();
    assert.ok(await steady!.countsOn(5, GOES_ON_MS), 'the terminal does not go on');
    assert.ok(await flood!.countsOn(5, GOES_ON_MS), 'the terminal that printed a lot does not go on');
    await Promise.all([steady!.stop(), flood!.stop()]);
    if (context.cutMs > FOUND_DEAD_MS + FLOODED_MS)
      assert.ok(flood!.missed > 0, 'output that is no longer kept was not told');
    return {
      lost: {
        bytesLost: steady!.lost + steady!.missed + flood!.lost,
        sessionsLost: steady!.strange + flood!.strange,
      },
      says: `${context.cutMs / 1000} s: lines ${before} to ${steady!.count} once each; of another terminal ${flood!.missed} bytes past what is kept, told`,
    };
  },
};
