import { expect, test } from 'vitest';
import { KubernetesApi } from '../../../sandbox-server/cluster/kubernetes-api.ts';
import { fakeApiServer } from '../../support/fake-api-server.ts';

const OBJECT = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } };
const TOKEN = '/api/v1/namespaces/a/serviceaccounts/b/token';
const busy = (status: number) => ({ status, headers: { 'retry-after': '0' }, body: { message: 'too many requests' } });

test.each([
  ['GET', (api: KubernetesApi) => api.get('/api/v1/nodes')],
  ['PATCH that applies', (api: KubernetesApi) => api.apply(OBJECT)],
  ['DELETE', (api: KubernetesApi) => api.remove('/api/v1/namespaces/a')],
  ['POST that asks for a token', (api: KubernetesApi) => api.create(TOKEN, {})],
])('a %s that meets the end of an idle connection goes on a new one', async (_what, send) => {
  using fake = await fakeApiServer(() => ({ status: 200, body: {} }));
  using api = new KubernetesApi(fake.access);
  // Two at once leave two connections behind, so that the next that is taken could be a dead one again.
  await Promise.all([api.get('/first'), api.get('/second')]);
  fake.server.closeIdleConnections();
  await send(api);
  expect(fake.requests).toHaveLength(3);
});

test('a POST that makes something is sent once: whether it was taken is not known', async () => {
  using fake = await fakeApiServer((asked) =>
    asked.startsWith('POST') ? (request) => request.socket.destroy() : { status: 200, body: {} },
  );
  using api = new KubernetesApi(fake.access);
  await api.get('/first');
  await expect(api.create('/api/v1/namespaces', {})).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(fake.requests).toHaveLength(2);
});

test('what fails on a new connection is not sent again', async () => {
  using fake = await fakeApiServer(() => (request) => request.socket.destroy());
  using api = new KubernetesApi(fake.access);
  await expect(api.get('/api/v1/nodes')).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(fake.requests).toHaveLength(1);
});

test('an answer that breaks off is an error of its reader, and asked for once', async () => {
  using fake = await fakeApiServer((asked) =>
    asked === 'GET /first'
      ? { status: 200, body: {} }
      : (request, response) => response.write('{"a"', () => request.socket.destroy()),
  );
  using api = new KubernetesApi(fake.access);
  await api.get('/first');
  await expect(api.get('/api/v1/nodes')).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(fake.requests).toHaveLength(2);
});

test.each([429, 503])('%d with a time to wait is asked again', async (status) => {
  using fake = await fakeApiServer((_asked, count) => (count < 3 ? busy(status) : { status: 200, body: { ok: true } }));
  using api = new KubernetesApi(fake.access);
  expect(await api.create('/api/v1/namespaces', {})).toEqual({ ok: true });
  expect(fake.requests).toHaveLength(3);
});

test('… and in the end told as it is; without a time, or of an application, at once', async () => {
  using fake = await fakeApiServer((asked) => (asked === 'GET /silent' ? { status: 503 } : busy(429)));
  using api = new KubernetesApi(fake.access);
  await expect(api.get('/busy')).rejects.toMatchObject({ status: 429, message: 'GET /busy: too many requests' });
  expect(fake.requests).toHaveLength(5);
  await expect(api.get('/silent')).rejects.toMatchObject({ status: 503 });
  expect(fake.requests).toHaveLength(6);
  await expect(api.get('/api/v1/namespaces/a/services/b/proxy/')).rejects.toMatchObject({ status: 429 });
  expect(fake.requests).toHaveLength(7);
});

test('whoever aborts does not wait for the next try', async () => {
  using fake = await fakeApiServer(() => ({ status: 429, headers: { 'retry-after': '60' } }));
  using api = new KubernetesApi(fake.access);
  const abort = new AbortController();
  const asked = api.ask('/busy', { signal: abort.signal });
  await expect.poll(() => fake.requests).toHaveLength(1);
  abort.abort();
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
});
