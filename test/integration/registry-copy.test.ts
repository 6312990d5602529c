import type Docker from 'dockerode';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { execInContainer } from '../../sandbox-server/backend/docker/exec.ts';
import { labelsFor } from '../../sandbox-server/backend/docker/labels.ts';
import { unpack } from '../../sandbox-server/backend/docker/registry-copy.ts';
import { realBackend } from '../support/engine.ts';

const RECORD = 10_240;
const CONTENT = randomBytes(3 * RECORD);

const under = realBackend();
let registry: Docker.Container;

beforeAll(async () => {
  registry = await under.docker.createContainer({
    Image: inject('images').mirror,
    Entrypoint: ['sleep', 'infinity'],
    Labels: labelsFor(under.owner, 'registry'),
    HostConfig: { NetworkMode: 'none', Init: true, Tmpfs: { '/srv/private': 'mode=0700,uid=1000' } },
  });
  await registry.start();
});

afterAll(() => under[Symbol.asyncDispose]());

/** As tar writes it: in whole records. */
async function archive(): Promise<Buffer> {
  const packing = pack();
  packing.entry({ name: './blob' }, CONTENT);
  packing.finalize();
  const bytes = await buffer(Readable.from(packing));
  return Buffer.concat([bytes, Buffer.alloc(RECORD - (bytes.length % RECORD))]);
}

test('an archive whose stream ends long after its last block is unpacked', async () => {
  async function* slow() {
    yield await archive();
    await sleep(500);
    yield Buffer.alloc(RECORD);
  }
  await unpack(registry, Readable.from(slow()), undefined);
  const { stream } = await execInContainer(registry, ['cat', '/srv/private/blob']);
  expect((await buffer(stream)).equals(CONTENT)).toBe(true);
});

test('one that is none says so, whatever was sent after it', async () => {
  const broken = Readable.from([Buffer.alloc(RECORD, 'x'), Buffer.alloc(100 * RECORD, 'y')]);
  await expect(unpack(registry, broken, undefined)).rejects.toThrow(
    'the content of a private registry could not be copied: tar ended with 2',
  );
});
