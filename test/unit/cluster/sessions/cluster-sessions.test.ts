import { expect, test } from 'vitest';
import { ClusterSessions } from '../../../../sandbox-server/cluster/sessions/cluster-sessions.ts';
import { type Answer, fakeApiServer } from '../../../support/fake-api-server.ts';

const SESSION = { id: 'abcd', seconds: 600, server: 'https://kubernetes:6443', tokenFile: '/token' };
const INSIDE = '/api/v1/namespaces/lab-abcd';
const failure = (status: number, message: string): Answer => ({ status, body: { message } });

/** A cluster in which everything works, but for what `answer` says of it. */
function cluster(answer: (asked: string, count: number) => Answer | undefined) {
  return fakeApiServer((asked, count) => {
    const body = asked.endsWith('/token') ? { status: { token: 'secret' } } : { status: { hard: { pods: '20' } } };
    return answer(asked, count) ?? { status: 200, body };
  });
}

test.each<[string, string, Answer]>([
  ['accounts come late', `GET ${INSIDE}/serviceaccounts/default`, failure(404, 'not found')],
  ['a quota is not counted yet', `GET ${INSIDE}/resourcequotas/drydock-quota`, { status: 200, body: { status: {} } }],
  ['a quota was changed by two at once', `PATCH ${INSIDE}/serviceaccounts/drydock-learner`, failure(409, 'modified')],
  [
    'admission has just started',
    `PATCH ${INSIDE}/limitranges/drydock-limits`,
    failure(403, 'not yet ready to handle request'),
  ],
  ['the database has another leader', `PATCH ${INSIDE}`, failure(500, 'etcdserver: leader changed')],
])('while %s, a session is opened later', async (_what, where, first) => {
  using fake = await cluster((asked, count) => (asked === where && count < 3 ? first : undefined));
  using sessions = new ClusterSessions(fake.access);
  const { token, kubeconfig } = await sessions.open(SESSION);
  expect(token).toBe('secret');
  expect(kubeconfig).toContain('namespace: lab-abcd');
  expect(fake.requests.filter((one) => one === where).length).toBeGreaterThanOrEqual(3);
});

test('what is refused for good is told at once', async () => {
  using fake = await cluster((asked) => (asked === `PATCH ${INSIDE}` ? failure(403, 'forbidden') : undefined));
  using sessions = new ClusterSessions(fake.access);
  await expect(sessions.open(SESSION)).rejects.toMatchObject({ status: 403 });
  expect(fake.requests).toHaveLength(1);
});

test('whoever gives up does not wait for the cluster', async () => {
  using fake = await cluster((asked) => (asked.includes('/default') ? failure(404, 'not found') : undefined));
  using sessions = new ClusterSessions(fake.access);
  const abort = new AbortController();
  const opened = sessions.open(SESSION, { signal: abort.signal });
  await expect.poll(() => fake.requests).toContain(`GET ${INSIDE}/serviceaccounts/default`);
  abort.abort();
  await expect(opened).rejects.toMatchObject({ name: 'AbortError' });
});
