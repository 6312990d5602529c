import { expect, test } from 'vitest';
import { settle } from '../../support/manual-clock.ts';
import { cookieOf, httpApp, LESSON, READ_ONLY_LESSON } from '../../support/http-app.ts';

const problem = (code: string) => ({
  error: { code, message: expect.stringMatching(/\.$/), fix: expect.stringMatching(/\.$/) },
});

test('health, readiness and status', async () => {
  await using http = await httpApp();
  expect(await http.request('GET', '/healthz')).toMatchObject({ status: 200, body: { ok: true } });
  expect(await http.request('GET', '/readyz')).toMatchObject({ status: 200, body: { ready: true, labs: 'available' } });
  expect(await http.request('GET', '/api/status')).toMatchObject({ status: 200, body: { labs: 'available' } });
});

test('without an engine the site is ready to be read, and starting a lab says why it cannot', async () => {
  await using http = await httpApp({ engine: false });
  expect(await http.request('GET', '/readyz')).toMatchObject({
    status: 200,
    body: { ready: true, labs: 'unavailable' },
  });
  expect(await http.request('GET', '/')).toMatchObject({ status: 200 });
  expect(await http.request('POST', '/api/sessions', { lesson: LESSON })).toMatchObject({
    status: 503,
    body: problem('no-engine'),
  });
  expect(await http.request('GET', '/api/me')).toMatchObject({ status: 200, body: { progress: {}, sessions: [] } });
});

test('a session: start, look, extend, terminals, stop', async () => {
  await using http = await httpApp();
  const started = await http.request('POST', '/api/sessions', { lesson: LESSON });
  expect(started).toMatchObject({ status: 201, body: { lesson: LESSON, state: 'starting' } });
  const cookie = { cookie: cookieOf(started.headers) };
  const { id } = started.body as { id: string };
  await settle();
  expect(await http.request('POST', '/api/sessions', { lesson: LESSON }, cookie)).toMatchObject({
    status: 200,
    body: { id },
  });
  const url = `/api/sessions/${id}`;
  expect(await http.request('GET', url, undefined, cookie)).toMatchObject({ status: 200, body: { state: 'ready' } });
  expect(await http.request('POST', `${url}/extend`, {}, cookie)).toMatchObject({ status: 200 });
  const terminal = await http.request('POST', `${url}/terminals`, { machine: 'host' }, cookie);
  expect(terminal).toMatchObject({ status: 201, body: { title: 'host 2' } });
  const terminalUrl = `${url}/terminals/${(terminal.body as { id: string }).id}`;
  expect(await http.request('DELETE', terminalUrl, undefined, cookie)).toMatchObject({ status: 204 });
  expect(await http.request('DELETE', terminalUrl, undefined, cookie)).toMatchObject({
    status: 404,
    body: problem('unknown-terminal'),
  });
  expect(await http.request('POST', `${url}/reset`, {}, cookie)).toMatchObject({
    status: 202,
    body: { state: 'resetting' },
  });
  await settle();
  expect(await http.request('DELETE', url, undefined, cookie)).toMatchObject({ status: 200, body: { state: 'ended' } });
  expect(await http.request('POST', `${url}/reset`, {}, cookie)).toMatchObject({
    status: 409,
    body: problem('not-ready'),
  });
  expect(await http.request('POST', `${url}/extend`, {}, cookie)).toMatchObject({
    status: 409,
    body: problem('cannot-extend'),
  });
});

test('the cookie is out of reach of scripts and other sites', async () => {
  await using http = await httpApp();
  const { headers } = await http.request('GET', '/api/me');
  expect(String(headers['set-cookie'])).toMatch(/HttpOnly/);
  expect(String(headers['set-cookie'])).toMatch(/SameSite=Strict/);
});

test('a made-up cookie is nobody, and gets a proper one', async () => {
  await using http = await httpApp();
  const { headers } = await http.request('GET', '/api/me', undefined, { cookie: 'drydock_learner=admin' });
  expect(cookieOf(headers)).toMatch(/^drydock_learner=[\w-]{43}$/);
});

test.each([
  ['an unknown lesson', 'POST', '/api/sessions', { lesson: 'no/such/lesson' }, 404, 'unknown-lesson'],
  ['a lesson without a lab', 'POST', '/api/sessions', { lesson: READ_ONLY_LESSON }, 409, 'lesson-without-lab'],
  ['a body of another shape', 'POST', '/api/sessions', { lesson: 5 }, 400, 'bad-request'],
  ['an empty body', 'POST', '/api/sessions', {}, 400, 'bad-request'],
  ['malformed JSON', 'POST', '/api/sessions', '{"lesson":', 400, 'bad-request'],
  ['a body that is too large', 'POST', '/api/sessions', { lesson: 'x'.repeat(20_000) }, 413, 'too-large'],
  ['a lesson id that is too long', 'POST', '/api/sessions', { lesson: 'x'.repeat(300) }, 400, 'bad-request'],
  ['an unknown session', 'GET', '/api/sessions/nothing', undefined, 403, 'unknown-session'],
  ['an unknown session to stop', 'DELETE', '/api/sessions/nothing', undefined, 403, 'unknown-session'],
  ['progress in an unknown lesson', 'PUT', '/api/progress/visit', { lesson: 'no/such' }, 404, 'unknown-lesson'],
  ['an unknown address of the API', 'GET', '/api/nothing', undefined, 404, 'not-found'],
  ['an unknown method', 'DELETE', '/api/status', undefined, 404, 'not-found'],
] as const)('%s gets a clear error', async (_what, method, url, body, status, code) => {
  await using http = await httpApp();
  expect(await http.request(method, url, body)).toMatchObject({ status, body: problem(code) });
  expect((await http.request('GET', '/healthz')).status).toBe(200);
});

test('a body that is not JSON at all is refused', async () => {
  await using http = await httpApp();
  const answer = await http.request('POST', '/api/sessions', 'lesson=x', {
    'content-type': 'application/x-www-form-urlencoded',
  });
  expect(answer).toMatchObject({ status: 400, body: problem('bad-request') });
});

test.each([
  ['POST', '/api/sessions'],
  ['DELETE', '/api/sessions/abc'],
  ['PUT', '/api/progress/visit'],
] as const)('%s %s from a page of another site is refused', async (method, url) => {
  await using http = await httpApp();
  for (const origin of ['http://evil.example', 'http://localhost:8080', 'null']) {
    const answer = await http.request(method, url, { lesson: LESSON }, { origin });
    expect(answer, origin).toMatchObject({ status: 403, body: problem('foreign-origin') });
  }
  const own = await http.request('POST', '/api/sessions', { lesson: LESSON }, { origin: 'http://localhost:3000' });
  expect(own.status).toBe(201);
});

test('a name that was rebound to this machine is refused', async () => {
  await using http = await httpApp();
  expect(await http.request('GET', '/api/me', undefined, { host: 'rebound.example' })).toMatchObject({
    status: 403,
    body: problem('foreign-origin'),
  });
});

test('another learner’s session is refused as if it did not exist', async () => {
  await using http = await httpApp();
  const { body } = await http.request('POST', '/api/sessions', { lesson: LESSON });
  const { id } = body as { id: string };
  const other = { cookie: cookieOf((await http.request('GET', '/api/me')).headers) };
  const requests = [
    ['GET', ''],
    ['POST', '/reset'],
    ['POST', '/extend'],
    ['POST', '/terminals'],
    ['DELETE', ''],
  ] as const;
  for (const [method, rest] of requests) {
    const theirs = await http.request(
      method,
      `/api/sessions/${id}${rest}`,
      method === 'POST' ? { machine: 'host' } : undefined,
      other,
    );
    const none = await http.request(
      method,
      `/api/sessions/none${rest}`,
      method === 'POST' ? { machine: 'host' } : undefined,
      other,
    );
    expect(theirs, `${method} ${rest}`).toMatchObject({ status: 403, body: problem('unknown-session') });
    expect(theirs.body).toEqual(none.body);
  }
});

test('progress: visits and quiz answers are kept for the learner alone', async () => {
  await using http = await httpApp();
  const visit = await http.request('PUT', '/api/progress/visit', { lesson: READ_ONLY_LESSON });
  expect(visit.status).toBe(204);
  const cookie = { cookie: cookieOf(visit.headers) };
  const quiz = { lesson: READ_ONLY_LESSON, question: 'q1', choice: 'c1', right: true };
  expect((await http.request('PUT', '/api/progress/quiz', quiz, cookie)).status).toBe(204);
  expect((await http.request('GET', '/api/me', undefined, cookie)).body).toMatchObject({
    lastLesson: READ_ONLY_LESSON,
    progress: { [READ_ONLY_LESSON]: { quiz: { q1: { choice: 'c1', right: true } } } },
  });
  expect((await http.request('GET', '/api/me')).body).toEqual({ progress: {}, sessions: [] });
});

test('a disk that refuses is told as that', async () => {
  await using http = await httpApp();
  http.services.store.close();
  expect(await http.request('PUT', '/api/progress/visit', { lesson: LESSON })).toMatchObject({
    status: 503,
    body: problem('storage-failed'),
  });
  expect(http.services.log.at('error')).toHaveLength(1);
});

test('the site: pages, files with a hash kept long, its own page for what is not there', async () => {
  await using http = await httpApp();
  expect(await http.request('GET', '/')).toMatchObject({ status: 200, body: '<h1>Course</h1>' });
  const script = await http.request('GET', '/_astro/page.abc123.js');
  expect(script.headers['cache-control']).toContain('immutable');
  const missing = await http.request('GET', '/no/such/page/', undefined, { accept: 'text/html' });
  expect(missing).toMatchObject({ status: 404, body: '<h1>Nothing here</h1>' });
});

test.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/_astro/../../secret.txt',
  '/%2e%2e%2fsecret.txt',
  '/..%5csecret.txt',
  '//secret.txt',
  '/_astro/%00',
  '/.hidden',
])('%s leads to nothing outside the site', async (url) => {
  await using http = await httpApp();
  const answer = await http.request('GET', url);
  expect([400, 403, 404]).toContain(answer.status);
  expect(JSON.stringify(answer.body)).not.toMatch(/^"?(secret|hidden)/);
});

test('a site that was not built says so', async () => {
  await using http = await httpApp({ site: false });
  const answer = await http.request('GET', '/', undefined, { accept: 'text/html' });
  expect(answer).toMatchObject({ status: 503, body: problem('site-missing') });
});

test('every answer carries the policy that keeps foreign code out', async () => {
  await using http = await httpApp();
  for (const url of ['/', '/api/status', '/api/nothing']) {
    const { headers } = await http.request('GET', url);
    expect(headers['content-security-policy'], url).toContain("default-src 'self'");
    expect(headers['content-security-policy'], url).toContain("frame-ancestors 'none'");
    expect(headers['x-content-type-options'], url).toBe('nosniff');
  }
});
