import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend, DisksCopy, ExecOptions, ExecStream, SandboxRef } from '../../sandbox-server/backend/backend.ts';
import { execToEnd } from '../../sandbox-server/backend/exec-to-end.ts';

export interface BackendUnderTest extends AsyncDisposable {
  backend: Backend;
  /** Names of everything that is there of a sandbox, or of all of them. */
  leftovers: (sandbox?: string) => Promise<string[]>;
  /** Kills the part of a machine that the learner's engine runs in, as a crash would. */
  crash: (sandbox: string, machine: string) => Promise<void>;
}

const MEBIBYTE = 1024 * 1024;
/** Of curl, see EXIT CODES in curl(1). */
const CURL_TIMED_OUT = 28;

let serial = 0;
const newId = () => `t${(serial++).toString(36)}${process.pid.toString(36)}`;

/** What every backend must do. `make` gives one with nothing in it. */
export function backendContract(name: string, make: () => Promise<BackendUnderTest>): void {
  describe(name, () => {
    let under: BackendUnderTest;
    let backend: Backend;
    let sandbox: SandboxRef;
    let neighbour: SandboxRef;

    beforeAll(async () => {
      under = await make();
      backend = under.backend;
      sandbox = await backend.create({ id: newId(), machines: ['host'], labels: { lesson: 'a/b/c' } });
      neighbour = await backend.create({ id: newId(), machines: ['host'] });
    });

    afterAll(async () => {
      await under[Symbol.asyncDispose]();
      expect(await under.leftovers()).toEqual([]);
    });

    const start = (command: readonly string[], options?: ExecOptions) =>
      backend.exec(sandbox, 'host', command, options);
    const sh = async (line: string, options: ExecOptions & { input?: string; of?: SandboxRef } = {}) => {
      const { of = sandbox, ...rest } = options;
      const { stdout, stderr, exitCode } = await execToEnd(backend, of, 'host', ['/bin/sh', '-c', line], rest);
      return { out: stdout.toString(), err: stderr.toString(), code: exitCode };
    };

    describe('commands', () => {
      test('output, errors and the exit code come apart', async () => {
        expect(await sh('echo out; echo err >&2; exit 3')).toEqual({ out: 'out\n', err: 'err\n', code: 3 });
      });

      test('run as the learner, in the learner’s home', async () => {
        expect((await sh('id -un; id -gn; echo $HOME ~learner', { workingDir: '/home/learner' })).out).toBe(
          'learner\nlearner\n/home/learner /home/learner\n',
        );
      });

      test('standard input reaches the command, and its end does too', async () => {
        expect(await sh('cat; echo end', { input: 'one\ntwo\n' })).toMatchObject({ out: 'one\ntwo\nend\n', code: 0 });
      });

      test('after the end of the input, output still comes', async () => {
        expect(await sh('cat >/dev/null; sleep 0.3; echo late; exit 4', { input: 'x' })).toMatchObject({
          out: 'late\n',
          code: 4,
        });
      });

      test('the environment and the folder are as asked', async () => {
        expect((await sh('echo $WORD; pwd', { env: { WORD: 'ship' }, workingDir: '/tmp' })).out).toBe('ship\n/tmp\n');
      });

      test('bytes come through as they are', async () => {
        const { out } = await sh("printf '\\000\\001\\377' | od -An -tx1; cat | od -An -tx1", {
          input: '\u0000\u0001',
        });
        expect(out.replace(/\s+/g, ' ')).toBe(' 00 01 ff 00 01 ');
      });

      test('a command that does not exist says so by its code', async () => {
        const { exitCode } = await execToEnd(backend, sandbox, 'host', ['/no/such/program']);
        expect([126, 127]).toContain(exitCode);
      });

      test('many at once do not get into each other’s way', async () => {
        const outputs = await Promise.all(Array.from({ length: 12 }, (_, i) => sh(`echo ${i}; exit ${i}`)));
        expect(outputs).toEqual(outputs.map((_, i) => ({ out: `${i}\n`, err: '', code: i })));
      });

      test('a large output comes whole', async () => {
        const exec = await start(['/bin/sh', '-c', `head -c ${20 * MEBIBYTE} /dev/zero | tr '\\0' x`]);
        exec.stderr.resume();
        let total = 0;
        for await (const chunk of exec.stream) total += (chunk as Buffer).length;
        expect(total).toBe(20 * MEBIBYTE);
        expect(await exec.exit).toBe(0);
      });

      test('a reader that pauses holds the command back, and loses nothing', async () => {
        const exec = await start(['/bin/sh', '-c', `head -c ${40 * MEBIBYTE} /dev/zero; date +%s%N >&2`]);
        let end = '';
        exec.stderr.on('data', (chunk: Buffer) => (end += chunk.toString()));
        let total = 0;
        exec.stream.on('data', (chunk: Buffer) => (total += chunk.length));
        await once(exec.stream, 'data');
        exec.stream.pause();
        await sleep(1_000);
        const whilePaused = total;
        await sleep(500);
        expect(total).toBe(whilePaused);
        expect(end).toBe('');
        exec.stream.resume();
        await once(exec.stream, 'end');
        expect(total).toBe(40 * MEBIBYTE);
      });

      test('closing ends the connection; twice is once', async () => {
        const exec = await start(['/bin/sleep', '60']);
        exec.close();
        exec.close();
        await exec.exit;
      });

      test('an abort ends the wait for a command', async () => {
        const abort = new AbortController();
        const exec = await start(['/bin/sleep', '3600'], { signal: abort.signal });
        abort.abort();
        await exec.exit;
      });
    });

    describe('terminals', () => {
      const DONE = '### done ###';

      async function until(exec: ExecStream, wanted: string | RegExp): Promise<string> {
        let seen = '';
        for await (const chunk of exec.stream.iterator({ destroyOnReturn: false })) {
          seen += String(chunk);
          if (typeof wanted === 'string' ? seen.includes(wanted) : wanted.test(seen)) return seen;
        }
        throw new Error(`the terminal ended without ${String(wanted)}; it printed: ${seen}`);
      }

      test('have the size that was asked for, and follow changes of it', async () => {
        const exec = await start(['/bin/bash', '--norc', '-i'], { tty: { cols: 93, rows: 31 } });
        exec.stream.write(`stty size; echo "### done" "###"\r`);
        expect(await until(exec, `\n${DONE}`)).toContain('31 93');
        await exec.resize({ cols: 120, rows: 40 });
        exec.stream.write(`stty size; echo "### done" "###"\r`);
        expect(await until(exec, `\n${DONE}`)).toContain('40 120');
        exec.stream.write('exit 5\r');
        exec.stream.resume();
        expect(await exec.exit).toBe(5);
      });

      test('Ctrl-C reaches the foreground program', async () => {
        const exec = await start(['/bin/bash', '--norc', '-i'], { tty: { cols: 80, rows: 24 } });
        // The program says that it is there: in the foreground already, and no longer the shell.
        exec.stream.write(`sh -c 'echo "### done" "###"; exec sleep 3600'; echo "not interrupted"\r`);
        await until(exec, /[\r\n]### done ###/);
        exec.stream.write('\x03');
        exec.stream.write('echo "code" "$?"\r');
        expect(await until(exec, /code \d+/)).toContain('code 130');
        exec.close();
      });
    });

    describe('the sandbox', () => {
      test('runs, and is found by its label', async () => {
        expect(await backend.stat(sandbox)).toEqual({ state: 'running', down: [] });
        expect(await backend.list()).toEqual(expect.arrayContaining([sandbox.id, neighbour.id]));
      });

      test('has a Docker Engine of its own that runs containers of the course’s images', async () => {
        const hello = await sh('docker run --rm hello-world');
        expect(hello).toMatchObject({ code: 0 });
        expect(hello.out).toContain('Hello from Docker!');
      });

      test('files of the learner are seen by containers at the same path, and theirs belong to the learner', async () => {
        const { out, code } = await sh(
          'mkdir -p ~/site && echo hi > ~/site/in && docker run --rm -v ~/site:/s busybox:1.37 sh -c "cat /s/in; touch /s/made" && stat -c %U ~/site/made',
        );
        expect({ out, code }).toEqual({ out: 'hi\nlearner\n', code: 0 });
      });

      test('a published port answers on localhost', async () => {
        await sh('docker run -d --name web -p 8080:80 nginx:1.26');
        expect((await sh('curl -s --retry 10 --retry-connrefused --retry-delay 1 localhost:8080')).out).toContain(
          '<html',
        );
        await sh('docker rm -f web');
      });

      test('has no way out: names and addresses outside fail at once', async () => {
        const attempts = await Promise.all(
          ['https://example.com', 'http://1.1.1.1', 'http://169.254.169.254/'].map((address) =>
            sh(`curl -sS --max-time 40 ${address}`),
          ),
        );
        for (const { code } of attempts) expect([0, CURL_TIMED_OUT]).not.toContain(code);
      });

      test('pulling what the course does not have fails at once, in Docker’s own words', async () => {
        const { code, err } = await sh('docker pull nothing-like-this:1.0');
        expect(code).not.toBe(0);
        expect(err).toMatch(/not found|manifest unknown/i);
      });

      test('does not see its neighbour', async () => {
        const address = (await sh("hostname -I | cut -d' ' -f1", { of: neighbour })).out.trim();
        expect(address).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
        await sh('docker run -d --name web -p 8080:80 nginx:1.26', { of: neighbour });
        expect((await sh('curl -s --retry 10 --retry-connrefused localhost:8080', { of: neighbour })).code).toBe(0);
        expect((await sh(`curl -sS --max-time 3 http://${address}:8080`)).code).not.toBe(0);
        expect((await sh('docker ps -q')).out).toBe('');
      });

      test('holds no key to what it runs on', async () => {
        const { out } = await sh(
          'ls /var/run/docker.sock /run/docker.sock /var/lib/drydock 2>/dev/null; sudo -n true 2>/dev/null && echo root; true',
        );
        expect(out).toBe('');
      });

      test('has user ids that no neighbour has', async () => {
        const ids = await Promise.all([sandbox, neighbour].map(async (of) => (await sh('id -u', { of })).out.trim()));
        expect(new Set(ids).size).toBe(2);
      });

      test('a full disk is full for this machine only, home and engine alike', async () => {
        const of = neighbour;
        expect((await sh('fallocate -l 3900M ~/full && head -c 400M /dev/zero > ~/more', { of })).err).toMatch(
          /no space left/i,
        );
        expect((await sh('df -B1M --output=size ~ | tail -1', { of })).out.trim()).toMatch(/^[34]\d{3}$/);
        expect((await sh('echo room > ~/file && cat ~/file')).out).toBe('room\n');
        await sh('rm -f ~/full ~/more', { of });
      });

      test('a machine or sandbox that does not exist is told as lost', async () => {
        await expect(backend.exec(sandbox, 'nowhere', ['true'])).rejects.toMatchObject({ code: 'sandbox-lost' });
        await expect(backend.exec({ id: 'nothing', machines: ['host'] }, 'host', ['true'])).rejects.toMatchObject({
          code: 'sandbox-lost',
        });
        expect(await backend.stat({ id: 'nothing', machines: ['host'] })).toEqual({ state: 'gone', down: ['host'] });
      });
    });

    describe('copies of disks', () => {
      const copyOf = async (of: SandboxRef) => {
        const copy = await backend.copyDisks?.(of);
        if (copy === undefined) throw new Error('this backend makes no copies of disks here');
        return copy;
      };
      /** Everything that the engine knows, but for ids that it makes anew whenever it starts. */
      const LOOK = `id -u; cat ~/notes; docker images --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}'; docker volume ls; docker logs ended
docker network ls --format '{{.Name}} {{.Driver}}'
docker inspect ended made net data | jq 'walk(if type == "object" then del(.NetworkID) else . end)'`;

      test('a sandbox that begins with one has the files, images, containers, networks, volumes and build cache of that moment', async () => {
        const made = await backend.create({ id: newId(), machines: ['host'] });
        const { code, err } = await sh(
          `set -e; mkdir ~/b; cd ~/b; echo mine > ~/notes; chmod 700 ~; docker network create net
docker run --name ended --health-cmd true -v data:/data -p 8080:80 busybox:1.37 sh -c 'echo said; echo kept > /data/file; exit 3' || true
docker create --name made --network net busybox:1.37 true
printf 'FROM busybox:1.37\nRUN date +%%N > /when\n' > Dockerfile; docker build -q -t built .`,
          { of: made },
        );
        expect(code, err).toBe(0);
        await using copy = await copyOf(made);
        expect(copy.machines).toEqual(['host']);
        const before = (await sh(LOOK, { of: made })).out;
        await sh('echo later > ~/notes; docker rm ended made; docker rmi built', { of: made });
        await backend.destroy(made.id);
        const clones = await Promise.all(
          [newId(), newId()].map((id) => backend.create({ id, machines: ['host'] }, { from: copy })),
        );
        for (const of of clones) expect((await sh(LOOK, { of })).out).toBe(before);
        const [clone, other] = clones as [SandboxRef, SandboxRef];
        const again = await sh(
          `cd ~/b; docker build -q -t again . > /dev/null; docker image inspect -f '{{.Id}}' built again | uniq | wc -l
docker run --rm -v data:/data busybox:1.37 cat /data/file; docker start ended > /dev/null; docker wait ended; echo changed > ~/notes`,
          { of: clone },
        );
        expect(again.out).toBe('1\nkept\n3\n');
        expect((await sh('cat ~/notes', { of: other })).out).toBe('mine\n');
        await under.crash(clone.id, 'host');
        await expect.poll(async () => (await backend.stat(clone)).state, { timeout: 10_000 }).toBe('degraded');
        await backend.revive(clone);
        const run = await sh('docker run --rm -v ~/made:/m busybox:1.37 touch /m/file; stat -c %U ~/made/file', {
          of: clone,
        });
        expect(run.out).toBe('learner\n');
        await Promise.all(clones.map(({ id }) => backend.destroy(id)));
        for (const { id } of clones) expect(await under.leftovers(id)).toEqual([]);
      });

      test('a second copy has what was written over since the first, and every machine has its own', async () => {
        const made = await backend.create({ id: newId(), machines: ['web', 'db'] });
        const run = async (of: SandboxRef, machine: string, line: string) =>
          (await execToEnd(backend, of, machine, ['/bin/sh', '-c', line])).stdout.toString();
        const SUMS = 'cd; cksum large small name';
        const sums: string[][] = [];
        const copies: DisksCopy[] = [];
        for (const round of [1, 2]) {
          for (const machine of made.machines)
            await run(
              made,
              machine,
              `cd; echo ${machine} > name; echo ${round} 1<> small; dd if=/dev/urandom of=large bs=1M count=24 conv=notrunc`,
            );
          sums.push(await Promise.all(made.machines.map((machine) => run(made, machine, SUMS))));
          copies.push(await copyOf(made));
        }
        expect(new Set(sums.flat()).size).toBe(4);
        await backend.destroy(made.id);
        for (const [index, from] of copies.entries()) {
          const clone = await backend.create({ id: newId(), machines: made.machines }, { from });
          expect(await Promise.all(made.machines.map((machine) => run(clone, machine, SUMS)))).toEqual(sums[index]);
          await from[Symbol.asyncDispose]();
          await backend.destroy(clone.id);
        }
      });

      test('there is none of disks that are written to without a pause', async () => {
        const made = await backend.create({ id: newId(), machines: ['host'] });
        const writing = await backend.exec(made, 'host', ['/bin/sh', '-c', 'while echo more >> ~/log; do :; done']);
        writing.stderr.resume();
        expect(await backend.copyDisks?.(made)).toBeUndefined();
        writing.close();
        await backend.destroy(made.id);
      });

      test('a sandbox that is not there has no disks', async () => {
        await expect(backend.copyDisks?.({ id: 'nothing', machines: ['host'] })).rejects.toMatchObject({
          code: 'sandbox-lost',
        });
      });
    });

    describe('the host', () => {
      test('says what memory and disk it has left', async () => {
        const { cpus, memory, disk } = await backend.room();
        expect(cpus).toBeGreaterThan(0);
        for (const { totalBytes, availableBytes } of [memory, disk]) {
          expect(availableBytes).toBeGreaterThan(0);
          expect(totalBytes).toBeGreaterThan(availableBytes);
        }
      });
    });

    describe('its life', () => {
      test('its shells take commands before it is all there, and what fails in them leaves nothing', async () => {
        const id = newId();
        const seen: string[] = [];
        const making = backend.create(
          { id, machines: ['web', 'db'] },
          {
            onShells: async (made) => {
              for (const machine of made.machines) {
                const { stdout } = await execToEnd(backend, made, machine, ['/usr/bin/id', '-un']);
                seen.push(stdout.toString().trim());
              }
              throw new Error('no more');
            },
          },
        );
        await expect(making).rejects.toThrow();
        expect(seen).toEqual(['learner', 'learner']);
        expect(await under.leftovers(id)).toEqual([]);
      });

      test('steps are reported, and it ends with nothing left; ending it again succeeds', async () => {
        const id = newId();
        const steps: string[] = [];
        const made = await backend.create({ id, machines: ['host'] }, { onStep: (step) => steps.push(step) });
        expect(made).toEqual({ id, machines: ['host'] });
        expect(steps.length).toBeGreaterThan(0);
        const running = await backend.exec(made, 'host', ['/bin/sleep', '60']);
        await execToEnd(backend, made, 'host', ['docker', 'run', '-d', 'busybox:1.37', 'sleep', '60']);
        await backend.destroy(id);
        expect(await under.leftovers(id)).toEqual([]);
        expect(await running.exit).not.toBe(0);
        await backend.destroy(id);
        expect(await backend.list()).not.toContain(id);
        expect((await backend.stat(made)).state).toBe('gone');
      });

      test('ending it twice at once is ending it once', async () => {
        const id = newId();
        await backend.create({ id, machines: ['host'] });
        await Promise.all([backend.destroy(id), backend.destroy(id)]);
        expect(await under.leftovers(id)).toEqual([]);
      });

      test('an abort in the middle of making it leaves nothing', async () => {
        const id = newId();
        const abort = new AbortController();
        const making = backend.create({ id, machines: ['host'] }, { signal: abort.signal });
        setTimeout(() => abort.abort(new Error('enough')), 300);
        await expect(making).rejects.toThrow();
        expect(await under.leftovers(id)).toEqual([]);
      });

      test('several machines see each other by name, and nobody else does', async () => {
        const made = await backend.create({ id: newId(), machines: ['web', 'db'] });
        expect(await backend.stat(made)).toEqual({ state: 'running', down: [] });
        const { stdout } = await execToEnd(backend, made, 'web', [
          '/bin/sh',
          '-c',
          'hostname; getent hosts db | wc -l',
        ]);
        expect(stdout.toString()).toBe('web\n1\n');
        expect((await sh('getent hosts db')).code).not.toBe(0);
        await backend.destroy(made.id);
        expect(await under.leftovers(made.id)).toEqual([]);
      });

      test('a machine that died is started again with its files and images, as if it were new otherwise', async () => {
        const made = await backend.create({ id: newId(), machines: ['host'] });
        const run = (line: string) => sh(line, { of: made });
        await run('echo mine > ~/notes; docker pull -q busybox:1.37; docker run -d --name web busybox:1.37 sleep 600');
        await under.crash(made.id, 'host');
        await expect.poll(async () => (await backend.stat(made)).state, { timeout: 10_000 }).toBe('degraded');
        await backend.revive(made);
        expect(await backend.stat(made)).toEqual({ state: 'running', down: [] });
        expect((await run('cat ~/notes; docker ps -aq --filter status=running | wc -l')).out).toBe('mine\n0\n');
        expect((await run('docker run --rm busybox:1.37 echo again')).out).toBe('again\n');
        expect((await run('docker pull -q alpine:3.22 || docker pull -q busybox:1.37')).code).toBe(0);
        await backend.revive(made);
        await backend.destroy(made.id);
        expect(await under.leftovers(made.id)).toEqual([]);
      });

      test('a machine that dies is told to who watches, and is down; what is wanted is not told', async () => {
        const lost: { id: string; machine: string; reason: string }[] = [];
        using watching = backend.watch((what) => lost.push(what));
        void watching;
        const crashed = await backend.create({ id: newId(), machines: ['host'] });
        const ended = await backend.create({ id: newId(), machines: ['host'] });
        await backend.destroy(ended.id);
        await under.crash(crashed.id, 'host');
        await expect
          .poll(() => lost, { timeout: 10_000 })
          .toContainEqual({ id: crashed.id, machine: 'host', reason: 'died' });
        expect(lost.some(({ id }) => id === ended.id)).toBe(false);
        expect(await backend.stat(crashed)).toEqual({ state: 'degraded', down: ['host'] });
        expect(await backend.statAll([crashed, ended, sandbox])).toEqual(
          new Map([
            [crashed.id, { state: 'degraded', down: ['host'] }],
            [ended.id, { state: 'gone', down: ['host'] }],
            [sandbox.id, { state: 'running', down: [] }],
          ]),
        );
        await expect(backend.revive(ended)).rejects.toMatchObject({ code: 'sandbox-lost' });
        await backend.destroy(crashed.id);
        expect(await under.leftovers(crashed.id)).toEqual([]);
      });
    });
  });
}
