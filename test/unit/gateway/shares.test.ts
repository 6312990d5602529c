import { expect, test } from 'vitest';
import type { SessionView } from '../../../sandbox-server/protocol/views.ts';
import { cookieOf, httpApp, LESSON } from '../../support/http-app.ts';

async function withSession() {
  const app = await httpApp();
  const { headers, body } = await app.request('POST', '/api/sessions', { lesson: LESSON });
  const cookie = cookieOf(headers);
  const session = body as SessionView;
  const as = (method: 'GET' | 'POST' | 'DELETE', url: string, json?: unknown) =>
    app.request(method, url, json, { cookie });
  return { app, cookie, session, as, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

test('a link shows the terminals and nothing else, until it is taken back', async () => {
  await using opened = await withSession();
  const { app, session, as } = opened;
  const made = await as('POST', `/api/sessions/${session.id}/shares`, { mayType: false });
  expect(made).toMatchObject({ status: 201, body: { mayType: false } });
  const { id, address } = made.body as { id: string; address: string };
  const token = address.split('#')[1]!;
  const watched = await app.request('GET', `/api/watch/${token}`);
  expect(watched.status).toBe(200);
  expect(Object.keys(watched.body as object).toSorted()).toEqual(['lesson', 'mayType', 'state', 'terminals']);
  expect((await as('GET', `/api/sessions/${session.id}`)).body).toMatchObject({
    shares: [{ id, mayType: false, watchers: 0 }],
  });
  expect(JSON.stringify((await as('GET', `/api/sessions/${session.id}`)).body)).not.toContain(token);

  expect((await as('DELETE', `/api/sessions/${session.id}/shares/${id}`)).status).toBe(204);
  expect((await as('DELETE', `/api/sessions/${session.id}/shares/${id}`)).status).toBe(404);
  expect(await app.request('GET', `/api/watch/${token}`)).toMatchObject({
    status: 403,
    body: { error: { code: 'unknown-share' } },
  });
});

test('only the learner of a session hands links out, a few of them', async () => {
  await using opened = await withSession();
  const { app, session, as } = opened;
  const path = `/api/sessions/${session.id}/shares`;
  expect((await app.request('POST', path, { mayType: true })).status).toBe(403);
  expect((await as('POST', path, { mayType: 'yes' })).status).toBe(400);
  for (let n = 0; n < 5; n++) expect((await as('POST', path, { mayType: true })).status).toBe(201);
  expect(await as('POST', path, { mayType: true })).toMatchObject({
    status: 429,
    body: { error: { code: 'too-many-shares' } },
  });
});

test('who signs out is forgotten: labs end, progress is gone, and a copy of the cookie is worth nothing', async () => {
  await using opened = await withSession();
  const { app, cookie, session, as } = opened;
  await app.request('PUT', '/api/progress/visit', { lesson: LESSON }, { cookie });
  const out = await as('DELETE', '/api/me');
  expect(out.status).toBe(204);
  expect(String(out.headers['set-cookie'])).toMatch(/drydock_learner=;/);
  expect((await as('GET', `/api/sessions/${session.id}`)).status).toBe(403);
  const replayed = await as('GET', '/api/me');
  expect(replayed.body).toEqual({ progress: {}, sessions: [] });
  expect(cookieOf(replayed.headers)).not.toBe(cookie);
});
