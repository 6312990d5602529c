import { labsOf, LESSON } from '../bed.ts';
import { atMost, type Measure } from '../measure.ts';
import { Learner } from '../../test/support/learner.ts';

const SESSIONS = 50;
const STARTED_AT_ONCE = 3;

export const adopt: Measure = {
  name: 'adopt',
  about: `start of the server with ${SESSIONS} live sessions to take up`,
  run: async (bed) => {
    await using server = await bed.server();
    // A learner has one lab of a lesson.
    const learners: Learner[] = [];
    const start = async () => {
      while (learners.length < SESSIONS) {
        const learner = new Learner(server.process.url);
        learners.push(learner);
        if (learners.length % 10 === 0) bed.note(`${SESSIONS - learners.length} labs to go`);
        await learner.request('GET', '/api/me');
        const { events } = await learner.ready(LESSON);
        events.close();
      }
    };
    await Promise.all(Array.from({ length: STARTED_AT_ONCE }, start));
    await server.process.end('SIGKILL');
    await bed.settle();
    const begun = performance.now();
    server.process = await bed.process(server.data);
    const seconds = (performance.now() - begun) / 1000;
    let taken = 0;
    for (const { cookie } of learners) {
      const again = new Learner(server.process.url);
      again.cookie = cookie;
      taken += await labsOf(again);
    }
    if (taken !== SESSIONS) throw new Error(`${taken} of ${SESSIONS} labs were taken up`);
    return [atMost(`server start with ${SESSIONS} live sessions to adopt`, 's', seconds, 3)];
  },
};
