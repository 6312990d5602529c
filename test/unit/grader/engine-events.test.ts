import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { type EngineEvent, watchEngineEvents } from '../../../sandbox-server/grader/engine-events.ts';
import { boundedLines } from '../../../sandbox-server/grader/bounded-lines.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeEngine } from './fake-engine.ts';

const line = (Type: string, Action: string) => `${JSON.stringify({ Type, Action, Actor: { ID: 'x' } })}\n`;

test('events arrive, those that looking causes do not, and broken lines are passed over', async () => {
  const streams: ServerResponse[] = [];
  using engine = new FakeEngine({
    '/events': (_request: unknown, response: ServerResponse) => void streams.push(response),
  });
  const events: EngineEvent[] = [];
  const end = new AbortController();
  const watching = watchEngineEvents({
    engine: engine.api,
    clock: new FakeClock(),
    signal: end.signal,
    onEvent: (event) => events.push(event),
  });
  await expect.poll(() => streams.length).toBe(1);
  streams[0]!.write(
    line('container', 'exec_create: ls') + line('container', 'archive-path') + '{"half\n' + line('container', 'start'),
  );
  await expect.poll(() => events).toEqual([{ type: 'container', action: 'start', id: 'x' }]);
  end.abort();
  await watching;
  await expect.poll(() => engine.backend.running).toBe(0);
});

test('a broken stream is connected again, later each time up to a bound', async () => {
  const clock = new FakeClock();
  const times: number[] = [];
  using engine = new FakeEngine({
    '/events': (_request: unknown, response: ServerResponse) => {
      times.push(clock.now());
      response.statusCode = 500;
      response.end();
    },
  });
  const end = new AbortController();
  const lost: unknown[] = [];
  const watching = watchEngineEvents({
    engine: engine.api,
    clock,
    signal: end.signal,
    onEvent: () => undefined,
    onLost: (error) => lost.push(error),
  });
  await expect.poll(() => clock.pending).toBe(1);
  for (const [index, wait] of [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000].entries()) {
    await clock.advance(wait - 1);
    expect(times).toHaveLength(index + 1);
    await clock.advance(1);
    await expect.poll(() => clock.pending).toBe(1);
    expect(times).toHaveLength(index + 2);
  }
  expect(lost).toHaveLength(8);
  end.abort();
  await watching;
});

test('a line without an end is dropped and not kept', async () => {
  async function* chunks() {
    yield Buffer.from('one\ntw');
    yield Buffer.from(`o\n${'x'.repeat(50)}`);
    yield Buffer.from(`${'x'.repeat(50)}\nthree\n`);
  }
  const lines: string[] = [];
  for await (const text of boundedLines(chunks(), 20)) lines.push(text);
  expect(lines).toEqual(['one', 'two', 'three']);
});
