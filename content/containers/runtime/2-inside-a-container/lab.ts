import { defineLab } from '#lab';
import type { CheckContext, ContainerFacts } from '#lab';

type Kind = 'mnt' | 'pid' | 'net' | 'uts' | 'ipc';

interface Process {
  pid: string;
  command: string;
  root: string;
  /** Its number in its own namespace of processes. */
  innerPid: string;
  namespaces: Record<Kind, string>;
}

const ALL_KINDS = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'];
const NEEDED = { chown: 0, setgid: 6, setuid: 7 };
const CAPABILITIES = ['chown', 'dac_override', 'dac_read_search', 'fowner', 'fsetid', 'kill', 'setgid', 'setuid'];
CAPABILITIES.push('setpcap', 'linux_immutable', 'net_bind_service', 'net_broadcast', 'net_admin', 'net_raw');

const SCAN = `for p in /proc/[0-9]*; do
  echo "\${p#/proc/}|$(tr '\\0' ' ' < $p/cmdline)|$(readlink $p/root)|$(sed -n 's/^NSpid:.*[[:space:]]//p' $p/status)|$(readlink $p/ns/mnt)|$(readlink $p/ns/pid)|$(readlink $p/ns/net)|$(readlink $p/ns/uts)|$(readlink $p/ns/ipc)"
done 2> /dev/null`;

/** All processes that the container sees. */
async function processesOf(container: ContainerFacts): Promise<Process[]> {
  const { stdout } = await container.exec(['sh', '-c', SCAN]);
  return stdout.split('\n').flatMap((line) => {
    const [pid, command, root, innerPid, mnt, pidSpace, net, uts, ipc] = line.split('|');
    if (!pid || !mnt || !pidSpace || !net || !uts || !ipc) return [];
    const namespaces = { mnt, pid: pidSpace, net, uts, ipc };
    return [{ pid, command: (command ?? '').trim(), root: root ?? '', innerPid: innerPid ?? '', namespaces }];
  });
}

/** The process in bench whose whole command this is, beside bench's own first one. */
async function inBench(context: CheckContext, command: string): Promise<{ found: Process; first: Process }> {
  const processes = await processesOf(await context.docker.container('bench'));
  const first = processes.find(({ pid }) => pid === '1');
  const found = processes.find((process) => process.command === command);
  if (!first || !found) {
    return context.notYet(`No process in bench has the command ${command}. Does it still run?`, {
      expected: `docker exec -d bench … ${command}`,
      observed: processes.map((process) => process.command.slice(0, 40)).join(', '),
    });
  }
  return { found, first };
}

/** By kind. Of a command in the container: number 1 may be another container’s, when a process namespace is shared. */
async function namespacesOf(container: ContainerFacts): Promise<Map<string, string>> {
  const { stdout } = await container.exec([
    'sh',
    '-c',
    `for k in ${ALL_KINDS.join(' ')}; do readlink /proc/self/ns/$k; done`,
  ]);
  return new Map(
    stdout
      .trim()
      .split('\n')
      .map((link) => [link.split(':')[0] ?? '', link]),
  );
}

async function sharedKinds({ docker }: CheckContext): Promise<string[]> {
  const web = await namespacesOf(await docker.container('web'));
  const other = await namespacesOf(await docker.container('other'));
  return ALL_KINDS.filter((kind) => web.has(kind) && web.get(kind) === other.get(kind));
}

/** What user 101 of a container is outside. */
async function outsideOf101({ docker }: CheckContext): Promise<number> {
  const { stdout } = await (await docker.container('web')).exec(['cat', '/proc/self/uid_map']);
  for (const line of stdout.trim().split('\n')) {
    const [inside = 0, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number);
    if (101 >= inside && 101 < inside + count) return outside + 101 - inside;
  }
  throw new Error(`user 101 is in no line of ${stdout}`);
}

const SMALL = 'docker run -d --name small --memory 64m busybox:1.37 sleep infinity';
const MEMORY_LIMIT = 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2> /dev/null || cat /sys/fs/cgroup/memory.max';

async function memoryLimit({ docker }: CheckContext): Promise<string> {
  return (await (await docker.container('small')).exec(['sh', '-c', MEMORY_LIMIT])).stdout.trim();
}

async function memoryTotal({ docker }: CheckContext): Promise<string> {
  const { stdout } = await (await docker.container('web')).exec(['head', '-1', '/proc/meminfo']);
  return /\d+/.exec(stdout)?.[0] ?? '';
}

export default defineLab({
  sandbox: { images: ['busybox:1.37', 'debian:13-slim', 'nginx:1.26'] },
  tasks: {
    shared: {
      check: async (context) => {
        const { answer, notYet } = context;
        const given = [...new Set((answer ?? '').toLowerCase().match(/[a-z]+/g) ?? [])];
        const unknown = given.filter((kind) => !ALL_KINDS.includes(kind));
        if (given.length === 0 || unknown.length > 0) {
          notYet('Type names of kinds, as they stand before the colon.', { observed: unknown.join(' ') });
        }
        const shared = await sharedKinds(context);
        const wrong = given.filter((kind) => !shared.includes(kind));
        if (wrong.length > 0) {
          notYet(
            `${wrong.join(' and ')}: the numbers in brackets differ, so each container has a window of its own there.`,
            {
              expected: 'kinds with the same number in both',
              observed: given.join(' '),
            },
          );
        }
        if (given.length < shared.length) {
          notYet(`That is right, and not all: ${given.length} of ${shared.length}.`, { observed: given.join(' ') });
        }
      },
      answer: {
        label: 'Shared kinds',
        placeholder: 'mnt pid',
        solve: async (context) => (await sharedKinds(context)).join(' '),
      },
      nearMisses: [
        { answer: 'mnt pid net uts ipc', says: /the numbers in brackets differ/ },
        { answer: 'user', says: /not all: 1 of/ },
        { answer: 'processes', says: /Type names of kinds/ },
      ],
    },

    join: {
      check: async ({ docker, expect, notYet }) => {
        const doctor = await docker.container('doctor');
        expect(doctor.state, 'the state of doctor').toBe('running');
        const [own, wanted] = [await namespacesOf(await docker.container('web')), await namespacesOf(doctor)];
        const [net, pid] = [own.get('net') === wanted.get('net'), own.get('pid') === wanted.get('pid')];
        if (net && !pid) {
          notYet('doctor has the network of web, but it does not see its processes.', {
            expected: '--pid container:web',
          });
        }
        if (pid && !net)
          notYet('doctor sees the processes of web, but not its network.', { expected: '--network container:web' });
        if (!net) {
          const host = doctor.networks.some(({ name }) => name === 'host');
          notYet(
            host
              ? 'doctor looks through the windows of the machine: it sees everything there, and not what web sees.'
              : 'doctor looks through windows of its own.',
            { expected: '--network container:web --pid container:web' },
          );
        }
      },
      nearMisses: [
        {
          run: 'docker run -d --name doctor --network host --pid host busybox:1.37 sleep infinity',
          says: /windows of the machine/,
        },
        {
          run: 'docker run -d --name doctor --network container:web busybox:1.37 sleep infinity',
          says: /does not see its processes/,
        },
        {
          run: 'docker run -d --name doctor --pid container:web busybox:1.37 sleep infinity',
          says: /but not its network/,
        },
        { run: 'docker run -d --name doctor --link web busybox:1.37 sleep infinity', says: /windows of its own/ },
      ],
    },

    'pid-one': {
      check: async (context) => {
        const { found, first } = await inBench(context, 'sleep 1111');
        if (found.namespaces.pid === first.namespaces.pid) {
          context.notYet(
            'sleep 1111 runs, but among the processes of bench: unshare itself does not move, only its children do.',
            {
              expected: 'number 1 in a process namespace of its own: --pid and --fork',
              observed: `number ${found.innerPid} in that of bench`,
            },
          );
        }
        if (found.innerPid !== '1') {
          context.notYet('sleep 1111 is not the first process in its namespace.', {
            expected: '1',
            observed: found.innerPid,
          });
        }
      },
      nearMisses: [
        { run: 'docker exec -d bench unshare --pid sleep 1111', says: /only its children do/ },
        { run: 'docker exec -d bench sleep 1111', says: /among the processes of bench/ },
        { run: 'docker exec -d bench unshare --pid --fork sh -c "sleep 1111; true"', says: /not the first process/ },
      ],
    },

    box: {
      check: async (context) => {
        const { notYet } = context;
        const { found, first } = await inBench(context, 'sleep 2222');
        const kinds: Kind[] = ['mnt', 'pid', 'uts', 'net', 'ipc'];
        const same = kinds.filter((kind) => found.namespaces[kind] === first.namespaces[kind]);
        if (same.length === kinds.length) {
          notYet('The process has other files, perhaps, but all windows of bench: chroot makes no namespace.', {
            expected: `namespaces of its own: ${kinds.join(', ')}`,
            observed: 'none',
          });
        }
        if (same.length > 0) {
          notYet(`The process still shares ${same.join(' and ')} with bench.`, {
            expected: `namespaces of its own: ${kinds.join(', ')}`,
            observed: kinds.filter((kind) => !same.includes(kind)).join(', '),
          });
        }
        if (found.root !== '/box') {
          notYet('The process has its own windows, but still the files of bench.', {
            expected: '/box as its /',
            observed: found.root,
          });
        }
        if (found.innerPid !== '1') {
          notYet('sleep 2222 is not number 1: the shell before it is still there. exec puts it in its place.', {
            expected: '1',
            observed: found.innerPid,
          });
        }
        const bench = await context.docker.container('bench');
        const { stdout } = await bench.exec(['nsenter', '--target', found.pid, '--uts', 'hostname']);
        if (stdout.trim() !== 'by-hand') {
          notYet('Its host name is not by-hand. Set it inside, after unshare and before chroot.', {
            expected: 'by-hand',
            observed: stdout.trim(),
          });
        }
      },
      nearMisses: [
        { run: 'docker exec -d bench chroot /box sleep 2222', says: /chroot makes no namespace/ },
        {
          run: `docker exec -d bench unshare --mount --pid --fork --uts --net --ipc sh -c 'hostname by-hand; exec sleep 2222'`,
          says: /still the files of bench/,
        },
        {
          run: `docker exec -d bench unshare --mount --pid --fork --uts sh -c 'hostname by-hand; exec chroot /box sleep 2222'`,
          says: /still shares net and ipc/,
        },
        {
          run: 'docker exec -d bench unshare --mount --pid --fork --uts --net --ipc chroot /box sleep 2222',
          says: /host name is not by-hand/,
        },
      ],
    },

    outside: {
      check: async (context) => {
        const { answer, docker, notYet } = context;
        const given = Number(answer ?? '');
        if (!Number.isInteger(given) || answer === undefined || answer === '') notYet('Type a number.');
        const wanted = await outsideOf101(context);
        if (given === wanted) return;
        if (given === 101)
          notYet('101 is its number inside. Outside, another user may have that number.', { observed: '101' });
        if (Math.abs(given - wanted) === 1) {
          notYet('Almost: you are one off. The second line begins with user 1, not with user 0.', {
            observed: `${given}`,
          });
        }
        const { stdout } = await (await docker.container('web')).exec(['cat', '/proc/self/uid_map']);
        if (given === 0 || stdout.trim().split(/\s+/).slice(0, 3).map(Number)[1] === given) {
          notYet('That is root’s number. The workers of nginx are not root.', { observed: `${given}` });
        }
        notYet('The machine knows user 101 of a container under another number.', {
          expected: 'the number that ls -ln shows for a file of user 101',
          observed: `${given}`,
        });
      },
      answer: {
        label: 'User number',
        placeholder: '12345',
        solve: async (context) => `${await outsideOf101(context)}`,
      },
      nearMisses: [
        { answer: '101', says: /its number inside/ },
        { answer: async (context) => `${(await outsideOf101(context)) + 1}`, says: /one off/ },
        { answer: '0', says: /root’s number/ },
      ],
    },

    tight: {
      check: async ({ docker, http, expect, notYet }) => {
        const tight = await docker.container('tight');
        if (tight.state !== 'running') {
          notYet('tight has ended. docker logs tight says what it was not allowed to do.', {
            expected: 'running',
            observed: `${tight.state}, exit code ${tight.exitCode}`,
          });
        }
        const status = await tight.exec(['cat', '/proc/1/status']);
        const has = BigInt(`0x${/^CapBnd:\s*(\w+)/m.exec(status.stdout)?.[1] ?? '0'}`);
        const needed = Object.values(NEEDED).reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n);
        const extra = [...Array(64).keys()].filter((bit) => ((has & ~needed) >> BigInt(bit)) & 1n);
        if (extra.length > 0) {
          notYet('tight may do more than it must.', {
            expected: Object.keys(NEEDED).join(', '),
            observed: `besides: ${extra.map((bit) => CAPABILITIES[bit] ?? `number ${bit}`).join(', ')}`,
          });
        }
        if (!tight.ports.some(({ host, container }) => host === 8080 && container === 80)) {
          notYet('Port 8080 of the machine does not lead to port 80 of tight.', { expected: '-p 8080:80' });
        }
        const log = await tight.logs();
        if (/worker process \d+ exited with fatal code/.test(log)) {
          notYet(
            'tight runs, but its workers died at once: they could not become another user. Look at docker logs tight.',
            {
              expected: 'workers that answer',
              observed: 'a master without workers',
            },
          );
        }
        expect((await http('http://localhost:8080/')).status, 'the answer on port 8080').toBe(200);
      },
      nearMisses: [
        {
          run: 'docker run -d --name tight -p 8080:80 --cap-drop ALL nginx:1.26',
          says: /says what it was not allowed/,
        },
        {
          run: 'docker run -d --name tight -p 8080:80 --cap-drop ALL --cap-add CHOWN nginx:1.26',
          says: /workers died at once/,
        },
        {
          run: 'docker run -d --name tight -p 8080:80 --cap-drop ALL --cap-add CHOWN --cap-add SETUID --cap-add SETGID --cap-add NET_BIND_SERVICE nginx:1.26',
          says: /besides: net_bind_service/,
        },
        { run: 'docker run -d --name tight -p 8080:80 nginx:1.26', says: /may do more than it must/ },
      ],
    },

    limit: {
      check: async (context) => {
        const { docker, answer, notYet } = context;
        const small = await docker.container('small');
        if (small.limits.memoryBytes !== 64 * 1024 * 1024) {
          notYet('small was not started with a limit of 64 MB.', {
            expected: '--memory 64m',
            observed: small.limits.memoryBytes === 0 ? 'no limit' : `${small.limits.memoryBytes} bytes`,
          });
        }
        const given = (answer ?? '').replace(/[,. ]/g, '');
        if (given === '') notYet('Type the number of bytes.');
        const limit = await memoryLimit(context);
        if (given === limit) return;
        if (given === '67108864' || /^64m/i.test(given)) {
          notYet('That is what you asked for, as Docker wrote it down. The kernel’s book says something else.', {
            expected: 'a number of bytes from /sys/fs/cgroup',
            observed: given,
          });
        }
        if (given.startsWith(await memoryTotal(context))) {
          notYet('That is the memory of the computer: /proc/meminfo knows no cgroups.', { observed: given });
        }
        notYet('The kernel’s limit is another one.', {
          expected: 'a number of bytes from /sys/fs/cgroup',
          observed: given,
        });
      },
      answer: { label: 'Bytes', placeholder: '123456789', solve: memoryLimit },
      nearMisses: [
        { run: SMALL, answer: '64m', says: /as Docker wrote it down/ },
        { run: SMALL, answer: memoryTotal, says: /memory of the computer/ },
        {
          run: 'docker rm -f small; docker run -d --name small busybox:1.37 sleep infinity',
          answer: '1',
          says: /not started with a limit/,
        },
      ],
    },

    frugal: {
      check: async ({ docker, notYet }) => {
        const frugal = await docker.container('frugal');
        const { stdout } = await frugal.exec(['cat', '/proc/1/limits']);
        const [, soft = '', hard = ''] = /^Max open files\s+(\S+)\s+(\S+)/m.exec(stdout) ?? [];
        if (soft === '32' && hard === '32') return;
        if (soft === '32') {
          notYet('The soft limit is 32, but the program may raise it up to the hard one by itself.', {
            expected: '32 and 32',
            observed: `${soft} and ${hard}`,
          });
        }
        notYet('The first process of frugal may have more than 32 files open.', {
          expected: 'soft 32, hard 32',
          observed: `soft ${soft}, hard ${hard}`,
        });
      },
      nearMisses: [
        {
          run: 'docker run -d --name frugal --ulimit nofile=32:1024 busybox:1.37 sleep infinity',
          says: /raise it up to the hard one/,
        },
        {
          run: `docker run -d --name frugal busybox:1.37 sleep infinity && docker exec frugal sh -c 'ulimit -n 32'`,
          says: /may have more than 32 files/,
        },
        {
          run: 'docker run -d --name frugal --memory 32m busybox:1.37 sleep infinity',
          says: /may have more than 32 files/,
        },
      ],
    },
  },
});
