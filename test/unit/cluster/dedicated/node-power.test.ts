import { expect, test } from 'vitest';
import { NodePower } from '../../../../sandbox-server/cluster/dedicated/node-power.ts';
import type { ApiServer } from '../../../../sandbox-server/grader/kubernetes/kind-watch.ts';
import { ManualClock, settle } from '../../../support/manual-clock.ts';
import { RecordingLog } from '../../../support/recording-log.ts';

const ALL_TOLD = {
  type: 'BOOKMARK',
  object: { metadata: { resourceVersion: '1', annotations: { 'k8s.io/initial-events-end': 'true' } } },
};

function event(name: string, power?: string) {
  const annotations = power === undefined ? {} : { 'drydock/power': power };
  return { type: 'MODIFIED', object: { metadata: { name, annotations }, spec: {}, status: { conditions: [] } } };
}

/** A cluster whose nodes are what the test says, and who was switched in which order. */
function setUp() {
  const said: [string, 'on' | 'off'][] = [];
  let tell: (event: unknown) => void = () => undefined;
  let fail: Error | undefined;
  const api: ApiServer = {
    ask: (_path: string, { signal }: { signal: AbortSignal }) => {
      const lines: Buffer[] = [];
      let wake = () => undefined as void;
      tell = (one) => {
        lines.push(Buffer.from(`${JSON.stringify(one)}\n`));
        wake();
      };
      signal.addEventListener('abort', () => wake());
      return Promise.resolve(
        (async function* () {
          while (!signal.aborted) {
            yield* lines.splice(0);
            await new Promise<void>((resolve) => (wake = resolve));
          }
        })(),
      );
    },
  };
  const clusters = {
    setPower: (_id: string, node: string, power: 'on' | 'off') => {
      said.push([node, power]);
      return fail === undefined ? Promise.resolve() : Promise.reject(fail);
    },
  };
  const log = new RecordingLog();
  const power = new NodePower({ cluster: 'abcd', clusters, api, clock: new ManualClock(), log });
  return {
    ...{ power, said, log },
    tell: async (...events: unknown[]) => {
      await settle();
      for (const one of events) tell(one);
      await settle();
    },
    failWith: (error: Error) => (fail = error),
  };
}

test('a node is switched when its annotation changes, and only then', async () => {
  const { power, said, tell } = setUp();
  await tell(event('worker'), event('worker2'), ALL_TOLD);
  expect(said).toEqual([]);
  await tell(event('worker', 'off'), event('worker', 'off'));
  await tell(event('worker', 'on'), event('worker2', 'off'));
  expect(said).toEqual([
    ['worker', 'off'],
    ['worker', 'on'],
    ['worker2', 'off'],
  ]);
  power[Symbol.dispose]();
});

test('one that is off when the server starts is switched off again; another word means nothing', async () => {
  const { power, said, tell } = setUp();
  await tell(event('worker', 'off'), event('worker2', 'sleepy'), ALL_TOLD);
  expect(said).toEqual([['worker', 'off']]);
  power[Symbol.dispose]();
});

test('what fails is logged, and the next wish is followed', async () => {
  const { power, said, log, tell, failWith } = setUp();
  failWith(new Error('no engine'));
  await tell(event('worker', 'off'), ALL_TOLD);
  await tell(event('worker', 'on'));
  expect(said).toHaveLength(2);
  expect(log.at('warn')).toHaveLength(2);
  power[Symbol.dispose]();
});
