import { expect, test } from 'vitest';
import { z } from 'zod';
import { MAX_ANSWER_BYTES } from '../../../sandbox-server/grader/engine-api.ts';
import { EngineError } from '../../../sandbox-server/grader/engine-reader.ts';
import { FakeEngine, NEVER } from './fake-engine.ts';

const anything = z.unknown();

test('requests that follow each other share one exec', async () => {
  using engine = new FakeEngine({ '/info': { a: 1 } });
  for (let i = 0; i < 3; i++) expect(await engine.api.json('/info', anything, { signal: NEVER })).toEqual({ a: 1 });
  expect(engine.backend.started).toHaveLength(1);
  const [{ command, options }] = engine.backend.started as [(typeof engine.backend.started)[0]];
  expect(command.slice(-2)).toEqual(['system', 'dial-stdio']);
  expect(options.in).toBe('engine');
});

test('the number of execs is bounded however many requests there are at once', async () => {
  using engine = new FakeEngine({ '/info': {} });
  await Promise.all(Array.from({ length: 20 }, () => engine.api.json('/info', anything, { signal: NEVER })));
  expect(engine.requests).toHaveLength(20);
  expect(engine.backend.started.length).toBeLessThanOrEqual(4);
});

test('disposing ends the execs', async () => {
  const engine = new FakeEngine({ '/info': {} });
  await engine.api.json('/info', anything, { signal: NEVER });
  expect(engine.backend.running).toBe(1);
  engine[Symbol.dispose]();
  await expect.poll(() => engine.backend.running).toBe(0);
});

test('an error of the engine has its status and words', async () => {
  using engine = new FakeEngine();
  const error = await engine.api.json('/none', anything, { signal: NEVER }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(EngineError);
  expect(error).toMatchObject({ status: 404, message: 'no such thing: /none' });
});

test('an answer of another shape, and one that is too long, are refused', async () => {
  using engine = new FakeEngine({
    '/shape': { a: 'text' },
    '/long': (_request: unknown, response: NodeJS.WritableStream) => response.end(Buffer.alloc(MAX_ANSWER_BYTES + 1)),
  });
  await expect(engine.api.json('/shape', z.object({ a: z.number() }), { signal: NEVER })).rejects.toThrow(/number/);
  await expect(engine.api.bytes('/long', { signal: NEVER })).rejects.toThrow(/longer than/);
});

test('a request ends with its signal', async () => {
  using engine = new FakeEngine({ '/slow': () => undefined });
  await expect(engine.api.bytes('/slow', { signal: AbortSignal.timeout(20) })).rejects.toThrow();
});

test('an exec that cannot be started is an error of the request', async () => {
  using engine = new FakeEngine();
  engine.backend.exec = () => Promise.reject(new Error('machine gone'));
  await expect(engine.api.bytes('/info', { signal: NEVER })).rejects.toThrow('machine gone');
});
