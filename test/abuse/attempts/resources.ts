import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { Attempt } from '../attempt.ts';
import type { AbuseContext } from '../context.ts';
import type { Seat } from '../seat.ts';

const BURN_MS = 6_000;
/** System calls by their numbers, which perl takes. */
const [INOTIFY_INIT1, ADD_KEY] = process.arch === 'arm64' ? [26, 217] : [294, 248];
/** A command of the neighbour's while others attack. */
const NEIGHBOUR_MS = 20_000;

/** The containers of a seat's sandbox on the engine beneath. */
async function containersOf(context: AbuseContext, seat: Seat): Promise<Docker.ContainerInfo[]> {
  const all = await context.docker.listContainers({ filters: { label: [`drydock.owner=${context.owner}`] } });
  return all.filter(({ Labels }) => Labels['drydock.sandbox']?.startsWith(seat.session.id));
}

async function inspect(context: AbuseContext, seat: Seat, role: string): Promise<Docker.ContainerInspectInfo> {
  const found = (await containersOf(context, seat)).find(({ Labels }) => Labels['drydock.role'] === role);
  assert.ok(found, `the ${role} container of the session is not there`);
  return context.docker.getContainer(found.Id).inspect();
}

/** Runs in a container of a sandbox as the platform does. */
async function asPlatform(context: AbuseContext, seat: Seat, command: string[]): Promise<string> {
  const { Id } = await inspect(context, seat, 'engine');
  const exec = await context.docker.getContainer(Id).exec({ Cmd: command, AttachStdout: true, Tty: true });
  const stream = await exec.start({ Tty: true });
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

interface Stats {
  pids_stats: { current?: number; limit?: number };
  cpu_stats: { cpu_usage: { total_usage: number }; system_cpu_usage: number; online_cpus: number };
}

async function stats(context: AbuseContext, id: string): Promise<Stats> {
  return (await context.docker.getContainer(id).stats({ stream: false, 'one-shot': true })) as unknown as Stats;
}

/** How full the host's table of connections is, where the engine runs on this machine's kernel. */
async function trackedConnections(): Promise<number | undefined> {
  const read = async (name: string) => Number(await readFile(`/proc/sys/net/netfilter/nf_conntrack_${name}`, 'utf8'));
  return (await read('count').catch(() => NaN)) / (await read('max').catch(() => NaN)) || undefined;
}

/** Told to the attacker: that a program was killed, or that the session was. */
function memoryTrouble(seat: Seat): string | undefined {
  const told = seat.events.messages.findLast((message) => message.type === 'error');
  return told?.type === 'error' ? told.error.code : seat.events.session.problem?.code;
}

/** Ways to take what others need. */
export const resources: readonly Attempt[] = [
  {
    number: 8,
    title: 'A fork bomb, in the shell and in a container',
    run: async (context) => {
      const attacker = await context.freshAttacker();
      const shell = await attacker.openShell();
      const seen = await context.whileNeighbourTypes(async () => {
        await attacker.sh(`docker run -d --name bomb busybox:1.37 sh -c 'b() { b | b & }; b; sleep 60'`);
        shell.socket.type('b() { b | b & }; b\r');
        await sleep(BURN_MS);
        for (const role of ['engine', 'shell']) {
          const { Id, HostConfig } = await inspect(context, attacker, role);
          const limit = HostConfig.PidsLimit ?? 0;
          assert.ok(limit > 0, `the ${role} container has no limit on processes`);
          const { current = 0 } = (await stats(context, Id)).pids_stats;
          assert.ok(current <= limit, `${current} processes in the ${role} container, ${limit} are allowed`);
        }
      });
      await context.dismissAttacker();
      return seen;
    },
  },
  {
    number: 9,
    title: 'A memory bomb, in the shell and in a container',
    run: async (context) => {
      for (const bomb of ['tail /dev/zero', 'docker run --rm busybox:1.37 tail /dev/zero']) {
        const attacker = await context.freshAttacker();
        const shell = await attacker.openShell();
        const seen = await context.whileNeighbourTypes(async () => {
          shell.socket.type(`${bomb}\r`);
          const what = `the attacker is told that memory ran out after \`${bomb}\``;
          const code = await attacker.events.until(what, () => memoryTrouble(attacker), 60_000);
          assert.match(code, /^(program-killed|out-of-memory)$/);
        });
        assert.ok(context.neighbour.alive, 'the neighbour lost the session');
        if (bomb.startsWith('docker')) return seen;
      }
      return undefined;
    },
  },
  {
    number: 10,
    title: 'Fill the home, the engine’s data and /tmp',
    run: async (context) => {
      const attacker = await context.freshAttacker();
      await attacker.sh('docker pull -q busybox:1.37', 60_000);
      const size = Number((await attacker.sh('df -B1M --output=size ~ | tail -1')).out);
      const host = (await inspect(context, attacker, 'engine')).Mounts.length;
      assert.ok(host > 0 && size < 16 * 1024, `the home has ${size} MiB: that is the host’s disk`);
      const seen = await context.whileNeighbourTypes(async () => {
        const home = await attacker.sh(`fallocate -l ${size - 200}M ~/full; head -c 300M /dev/zero > ~/more`, 60_000);
        assert.match(home.out, /no space left/i, 'the home has no end');
        const data = await attacker.sh('docker run --rm busybox:1.37 dd if=/dev/zero of=/x bs=1M count=300', 60_000);
        assert.match(data.out, /no space left/i, 'the engine’s data have no end');
        const tmp = await attacker.sh('head -c 2G /dev/zero > /tmp/full', 60_000);
        assert.match(tmp.out, /no space left/i, '/tmp has no end');
        const elsewhere = await attacker.sh(
          'for d in / /usr /var/lib /opt /run; do touch $d/x 2>/dev/null && echo $d; done',
        );
        assert.equal(elsewhere.out, '', 'a folder of the container takes files');
        const room = await context.neighbour.sh(
          'echo room > ~/file && cat ~/file && docker run --rm busybox:1.37 echo runs',
          60_000,
        );
        assert.match(room.out, /room[^]*runs/, 'the neighbour has no room left');
      });
      await context.dismissAttacker();
      return seen;
    },
  },
  {
    number: 11,
    title: 'Flood the logs',
    run: async (context) => {
      const attacker = await context.attacker();
      let inner = 0;
      const seen = await context.whileNeighbourTypes(async () => {
        await attacker.sh('docker run -d --name flood busybox:1.37 yes');
        await sleep(BURN_MS);
        const folder = '/home/learner/.local/share/docker/containers';
        inner = Number.parseInt(await asPlatform(context, attacker, ['du', '-sk', folder]), 10);
        await attacker.sh('docker rm -f flood');
      });
      assert.ok(inner < 8 * 1024, `the machine’s engine kept ${inner} KiB of log`);
      for (const role of ['engine', 'shell']) {
        const { LogConfig } = (await inspect(context, attacker, role)).HostConfig;
        const size = (LogConfig?.Config as Record<string, string> | undefined)?.['max-size'];
        assert.ok(size !== undefined, `what the ${role} container prints is kept without a bound`);
      }
      return `${inner} KiB kept; ${seen}`;
    },
  },
  {
    number: 12,
    title: '10,000 inotify instances and kernel keys, 100,000 connections',
    run: async (context) => {
      const attacker = await context.attacker();
      await attacker.sh('docker pull -q node:22-slim', 60_000);
      let tracked: number | undefined;
      const seen = await context.whileNeighbourTypes(async () => {
        // Both stay open until the attempt is over.
        const watchers = `my $n = 0; $n++ while $n < 10000 && syscall(${INOTIFY_INIT1}, 0) >= 0; print "watchers $n\\n"; sleep 60`;
        await attacker.sh(`docker run -d --name watchers node:22-slim perl -e '$| = 1; ${watchers}'`, 60_000);
        await attacker.sh(`(perl -e '$| = 1; ${watchers}' > ~/watchers &)`);
        const keys = await attacker.sh(
          `docker run --rm --security-opt seccomp=unconfined node:22-slim perl -e 'my $n = 0; for (1..10000) { my ($t, $d, $p) = ("user", "k$_", "x"); $n++ if syscall(${ADD_KEY}, $t, $d, $p, 1, -3) > 0 } print "keys $n"'`,
          60_000,
        );
        assert.match(keys.out, /keys 0$/, `a sandbox could make kernel keys: ${keys.out}`);
        const dial = `use Socket; my $to = sockaddr_in(443, inet_aton("registry")); my @open;
          for (1..25000) { my $s; last unless socket($s, PF_INET, SOCK_STREAM, 0) && connect($s, $to); push @open, $s }
          print "connections ", scalar @open, "\\n"; sleep 30`;
        await attacker.sh(
          `(for i in 1 2 3 4; do perl -e '$| = 1; ${dial.replaceAll(/\s+/g, ' ')}' > ~/dial$i & done)`,
          60_000,
        );
        await sleep(BURN_MS);
        const begun = performance.now();
        const pull = await context.neighbour.sh(
          'curl -sk -o /dev/null -w "%{http_code}" --max-time 15 https://registry/v2/',
          NEIGHBOUR_MS,
        );
        assert.equal(pull.out, '200', `the neighbour does not reach the course mirror: ${pull.out}`);
        assert.ok(performance.now() - begun < 10_000, 'the neighbour waits for the course mirror');
        tracked = await trackedConnections();
        const watch = await context.neighbour.sh(
          `docker run --rm node:22-slim node -e "require('fs').watch('/tmp'); console.log('watches'); process.exit()"`,
          60_000,
        );
        assert.match(watch.out, /watches$/, `the neighbour cannot watch files: ${watch.out}`);
      });
      const { out } = await attacker.sh('docker logs watchers; echo; cat ~/watchers; tail -n +1 -q ~/dial*', 30_000);
      await context.dismissAttacker();
      assert.ok((tracked ?? 0) < 0.5, 'the host’s table of connections is more than half full');
      return `${out.replaceAll(/\n+/g, ', ')}; ${seen}`;
    },
  },
  {
    number: 13,
    title: 'Burn every processor',
    run: async (context) => {
      const attacker = await context.attacker();
      const { Id, HostConfig } = await inspect(context, attacker, 'engine');
      const allowed = (HostConfig.NanoCpus ?? 0) / 1e9;
      let used = 0;
      const seen = await context.whileNeighbourTypes(async () => {
        await attacker.sh(
          `for i in 1 2 3 4; do docker run -d --name burn$i busybox:1.37 sh -c 'while :; do :; done'; done; sleep 0`,
          60_000,
        );
        const before = await stats(context, Id);
        const begun = performance.now();
        await sleep(BURN_MS);
        const after = await stats(context, Id);
        const seconds = (performance.now() - begun) / 1000;
        used = (after.cpu_stats.cpu_usage.total_usage - before.cpu_stats.cpu_usage.total_usage) / 1e9 / seconds;
        await attacker.sh('docker rm -f burn1 burn2 burn3 burn4', 60_000);
      });
      assert.ok(allowed > 0, 'the engine container may use every processor');
      assert.ok(used < allowed * 1.25, `it used ${used.toFixed(2)} processors, ${allowed} are allowed`);
      return `${used.toFixed(2)} of ${allowed} processors; ${seen}`;
    },
  },
];
