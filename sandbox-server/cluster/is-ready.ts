import { request } from 'node:https';
import type { ClusterAccess } from './cluster.ts';

/** An API server answers in milliseconds; one that takes longer than this is of no use to a learner. */
const ANSWER_MS = 3_000;

/** Does the API server say that it is ready? */
export async function isReady({ server, authority, certificate, key }: ClusterAccess): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(
      new URL('/readyz', server),
      { ca: authority, cert: certificate, key, agent: false, signal: AbortSignal.timeout(ANSWER_MS) },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      },
    );
    asked.once('error', () => resolve(false));
    asked.end();
  });
}
