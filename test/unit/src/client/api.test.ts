import { describe, expect, test } from 'vitest';
import { ApiError, createApi } from '../../../../src/client/api.ts';

interface Sent {
  path: string;
  init: RequestInit | undefined;
}

function apiThatAnswers(answer: () => Response | Promise<Response>) {
  const sent: Sent[] = [];
  const fetcher: typeof fetch = (path, init) => {
    sent.push({ path: typeof path === 'string' ? path : 'not a path', init });
    return Promise.resolve().then(answer);
  };
  return { api: createApi(fetcher), sent };
}

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });

describe('the API client', () => {
  test('sends JSON and gives the parsed answer', async () => {
    const { api, sent } = apiThatAnswers(() => json({ id: 's1' }, 201));
    await expect(api.startSession('containers/images/layers')).resolves.toEqual({ id: 's1' });
    expect(sent[0]?.path).toBe('/api/sessions');
    expect(sent[0]?.init?.method).toBe('POST');
    expect(sent[0]?.init?.body).toBe('{"lesson":"containers/images/layers"}');
    expect(new Headers(sent[0]?.init?.headers).get('content-type')).toBe('application/json');
  });

  test('escapes ids in paths', async () => {
    const { api, sent } = apiThatAnswers(() => json({}));
    await api.closeTerminal('a/b', 'c d');
    expect(sent[0]?.path).toBe('/api/sessions/a%2Fb/terminals/c%20d');
  });

  test('takes an empty answer as done', async () => {
    const { api } = apiThatAnswers(() => new Response(null, { status: 204 }));
    await expect(api.visit('containers/images/layers')).resolves.toBeUndefined();
  });

  test('throws what the server says went wrong, and what to do', async () => {
    const problem = { code: 'full', message: 'All labs are in use.', fix: 'Try again in a minute.' };
    const { api } = apiThatAnswers(() => json({ error: problem }, 503));
    const error = await api.startSession('x').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ ...problem, status: 503 });
  });

  test.each([
    ['a page of a proxy', () => new Response('<html>', { status: 502 })],
    ['another kind of JSON', () => json({ error: 'no' }, 500)],
    ['a problem without a fix', () => json({ error: { code: 'a', message: 'b' } }, 500)],
  ])('says so when %s comes back', async (_what, answer) => {
    const error = await apiThatAnswers(answer)
      .api.me()
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'unexpected-answer' });
  });

  test('says so when a success is no JSON', async () => {
    const { api } = apiThatAnswers(() => new Response('<html>'));
    await expect(api.me()).rejects.toMatchObject({ code: 'unexpected-answer', status: 200 });
  });

  test('says that nobody answers when the network is gone', async () => {
    const { api } = apiThatAnswers(() => Promise.reject(new TypeError('Failed to fetch')));
    await expect(api.me()).rejects.toMatchObject({ code: 'no-answer', status: 0 });
  });
});
