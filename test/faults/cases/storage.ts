import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ErrorBody, MeView } from '../../../sandbox-server/protocol/views.ts';
import { temporaryOwner } from '../../../sandbox-server/backend/docker/temporary-owner.ts';
import { runCommand } from '../../../sandbox-server/setup/run-command.ts';
import { host } from '../../../scripts/options.ts';
import { ServerProcess } from '../../support/server-process.ts';
import { type DataFolder, dataFolder, SECOND } from '../../support/test-server.ts';
import { type FaultCase, notMade } from '../findings.ts';
import { poll, Stand } from '../stand.ts';

const SMALL_KIB = 4096;
const BACK_MS = 90_000;

export const diskFull: FaultCase = {
  number: 40,
  title: 'the disk of the data folder is full',
  run: async (context) => {
    if (host.platform !== 'linux' || host.uid !== 0) return notMade('It needs root, to mount a small disk.');
    const data = await smallDisk();
    await using stand = await Stand.start(context, data);
    const learner = stand.learner();
    const answer = (question: string, choice = 'a') =>
      learner.request('PUT', '/api/progress/quiz', { lesson: SECOND, question, choice, right: true });
    assert.equal((await answer('before')).status, 204);
    const ballast = join(data.path, 'ballast');
    await writeFile(ballast, Buffer.alloc(SMALL_KIB * 1024)).catch(() => undefined);
    // Room for a few pages more may be left in the database’s own files.
    const refused = await poll(BACK_MS, async () => {
      const { status, body } = await answer(`full${Math.random()}`, 'x'.repeat(190));
      return status === 204 ? undefined : { status, ...(body as ErrorBody).error };
    });
    assert.equal(refused?.code, 'storage-failed');
    assert.match(refused.fix, /disk/);
    assert.equal((await learner.request('GET', '/healthz')).status, 200);
    assert.ok(await knows('before'), 'progress was lost while the disk was full');
    await rm(ballast);
    assert.equal((await answer('after')).status, 204);
    await stand.killed();
    const lost = [await knows('before'), await knows('after')].filter((known) => !known).length;
    return { lost: { progressLost: lost }, says: `told as ${refused.status}: ${refused.message} ${refused.fix}` };

    async function knows(question: string): Promise<boolean> {
      const { body } = await learner.request('GET', '/api/me');
      return (body as MeView).progress[SECOND]?.quiz[question] !== undefined;
    }
  },
};

export const databaseLocked: FaultCase = {
  number: 40,
  title: 'the database is locked by another program',
  run: async (context) => {
    using data = dataFolder();
    const other = new DatabaseSync(join(data.path, 'drydock.db'));
    other.exec('PRAGMA locking_mode = EXCLUSIVE; CREATE TABLE t (x); BEGIN EXCLUSIVE;');
    const { dockerodeOptions, images } = context;
    const said = await ServerProcess.start(data, { dockerodeOptions, images }).then(
      async (server) => {
        await server.end('SIGTERM');
        return 'it started';
      },
      (error: unknown) => String(error),
    );
    other.close();
    assert.match(said, /drydock\.db/);
    const line = /DrydockError: (Another[^\n]*)/.exec(said)?.[1];
    return { says: line ?? said };
  },
};

export const imageMissing: FaultCase = {
  number: 40,
  title: 'an image that labs are made of is missing',
  run: async (context) => {
    await using stand = await Stand.start({ ...context, images: { ...context.images, shell: 'drydock/missing:1' } });
    const learner = stand.learner();
    const events = await learner.events((await learner.start(SECOND)).id);
    const { problem } = await events.reaches('failed');
    assert.equal(problem?.code, 'image-missing');
    assert.match(problem.fix, /npm run images/);
    return { says: `${problem.message} ${problem.fix}` };
  },
};

export const mirrorDown: FaultCase = {
  number: 40,
  title: 'the course mirror dies under a lab',
  run: async (context) => {
    await using stand = await Stand.start(context);
    const learner = stand.learner();
    const session = await stand.ready(learner, (await learner.start(SECOND)).id);
    const terminal = await learner.terminal(session.id, session.terminals[0]!.id);
    const filters = { label: [`drydock.owner=${stand.data.owner}`, 'drydock.role=mirror'] };
    const [mirror] = await stand.docker.listContainers({ filters });
    await stand.docker.getContainer(mirror!.Id).kill();
    await terminal.runs('until docker pull -q busybox:1.37; do sleep 1; done; echo pul""led', 'pulled\r\n', BACK_MS);
    return { says: 'a pull fails at once in Docker’s words and works again when the server has started the mirror' };
  },
};

/** A data folder on a disk of its own. */
async function smallDisk(): Promise<DataFolder> {
  const path = await mkdtemp(join(tmpdir(), 'drydock-small-'));
  await runCommand(['mount', '-t', 'tmpfs', '-o', `size=${SMALL_KIB}k`, 'tmpfs', path], { env: host.env });
  const owner = temporaryOwner();
  await writeFile(join(path, 'server-id'), `${owner}\n`);
  return {
    path,
    owner,
    [Symbol.dispose]: () =>
      void runCommand(['umount', '-l', path], { env: host.env }).then(() => rm(path, { recursive: true })),
  };
}
