import assert from 'node:assert/strict';
import type { Attempt } from '../attempt.ts';
import type { Seat } from '../seat.ts';

/** Everything that a learner can ask an inner container to have. */
const ALL = '--cap-add ALL --security-opt seccomp=unconfined --security-opt apparmor=unconfined';
/** bpf(2), where the attempt is made on such a processor. */
const BPF: Partial<Record<NodeJS.Architecture, number>> = { x64: 321, arm64: 280 };
const NOT_PERMITTED = 1;
const NOT_IMPLEMENTED = 38;

/** Runs a line in an inner container that is as privileged as can be. */
const inside = (attacker: Seat, line: string, options = '') =>
  attacker.sh(`docker run --rm ${ALL} ${options} busybox:1.37 sh -c '${line}'`);

/** Ways to the machine that everything runs on. */
export const host: readonly Attempt[] = [
  {
    number: 1,
    title: 'Look for the host’s docker.sock and its TCP ports',
    run: async (context) => {
      const attacker = await context.attacker();
      const routes = await attacker.sh(
        `ip route | sed -n 's/.*via \\([0-9.]*\\).*/\\1/p'; ip -4 -o addr | sed -n 's/.*inet \\([0-9]*\\.[0-9]*\\.[0-9]*\\)\\..*/\\1.1/p'`,
      );
      const addresses = [...new Set(['127.0.0.1', ...routes.out.split('\n').filter((line) => line !== '')])];
      for (const port of [2375, 2376]) {
        for (const address of addresses) {
          const { code } = await attacker.sh(`timeout 1 bash -c 'exec 3<>/dev/tcp/${address}/${port}'`);
          assert.notEqual(code, 0, `${address}:${port} answers`);
        }
      }
      const sockets = await attacker.sh(
        'find / -xdev -type s -name "*.sock" 2>/dev/null; ls /var/run/docker.sock 2>/dev/null',
      );
      assert.deepEqual(
        sockets.out.split('\n').filter((path) => path !== '' && path !== '/run/drydock/docker.sock'),
        [],
        'there are sockets that should not be there',
      );
      // The one that is there leads to the machine's own engine, not to the one beneath it.
      const { out } = await attacker.sh('docker info --format "{{.ID}} {{json .SecurityOptions}}"');
      const beneath = (await context.docker.info()) as { ID: string };
      assert.ok(out.includes('rootless'), `the engine is not a rootless one: ${out}`);
      assert.ok(!out.includes(beneath.ID), 'the learner’s docker reaches the engine beneath the sandbox');
      return undefined;
    },
  },
  {
    number: 2,
    title: 'Run an inner container that is privileged and mounts /',
    run: async (context) => {
      const attacker = await context.attacker();
      const look = 'cat /h/etc/hostname; ls /h /h/root /h/home /h/dev /h/var/lib/docker';
      const privileged = await attacker.sh(`docker run --rm --privileged -v /:/h busybox:1.37 sh -c '${look}'`);
      const { out } = await inside(attacker, look, '-v /:/h');
      for (const seen of [privileged.out, out])
        assert.doesNotMatch(seen, /^(vd|sd|nvme|xvd)[a-z0-9]+$/m, `disks of the host are there: ${seen}`);
      // The machine's own name, not the host's.
      assert.match(out, /^host$/m, `these are not the engine container’s files: ${out}`);
      // Its /etc is the rootless engine's own copy in memory.
      const write = await inside(attacker, 'touch /h/usr/bin/was-here || touch /h/was-here', '-v /:/h');
      assert.notEqual(write.code, 0, 'an inner container could write into the engine container’s system');
      return undefined;
    },
  },
  {
    number: 3,
    title: 'Mount a host disk, write core_pattern and sysrq, load a module, use bpf, mount a release_agent',
    run: async (context) => {
      const attacker = await context.attacker();
      const before = await attacker.sh('cat /proc/sys/kernel/core_pattern');
      for (const [major, minor] of ['8 0', '254 0', '259 0', '253 0', '7 0'].map((pair) => pair.split(' '))) {
        const { code } = await inside(attacker, `mknod /tmp/d b ${major} ${minor} && head -c 1 /tmp/d`);
        assert.notEqual(code, 0, `an inner container could read the block device ${major}:${minor}`);
      }
      const writes = ['/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger', '/proc/sys/vm/panic_on_oom'];
      for (const file of writes) {
        // `h` only asks sysrq for help, should this ever succeed.
        const { code } = await inside(
          attacker,
          `mount -o remount,rw /proc/sys; mount -o remount,rw /proc; echo h > ${file}`,
        );
        assert.notEqual(code, 0, `an inner container could write ${file}`);
        const outer = await attacker.sh(`echo h > ${file}`);
        assert.notEqual(outer.code, 0, `the shell could write ${file}`);
      }
      assert.equal(
        (await attacker.sh('cat /proc/sys/kernel/core_pattern')).out,
        before.out,
        'core_pattern was changed',
      );
      const module = await inside(attacker, 'head -c 64 /dev/urandom > /tmp/m.ko; insmod /tmp/m.ko');
      assert.match(module.out, /not permitted|not implemented/i, `a module got as far as the kernel: ${module.out}`);
      const cgroup = await inside(
        attacker,
        'mkdir /tmp/c && mount -t cgroup -o memory cgroup /tmp/c && ls /tmp/c/release_agent',
      );
      assert.notEqual(cgroup.code, 0, 'an inner container could mount a cgroup with its release_agent');
      const bpf = BPF[process.arch];
      if (bpf !== undefined) {
        const line = `perl -e "syscall(${bpf}, 0, 0, 0); print \\$!+0"`;
        const { out } = await attacker.sh(`docker run --rm ${ALL} node:22-slim ${line}`);
        const errno = Number(out.split('\n').at(-1));
        assert.ok([NOT_PERMITTED, NOT_IMPLEMENTED].includes(errno), `bpf was answered with error ${errno}`);
      }
      return undefined;
    },
  },
  {
    number: 4,
    title: 'Reach real root through a setuid program of the engine’s container',
    run: async (context) => {
      const attacker = await context.attacker();
      const find = '-xdev -type f \\( -perm -4000 -o -perm -2000 \\)';
      const shell = await attacker.sh(`find / ${find} 2>/dev/null`);
      assert.equal(shell.out, '', 'the shell’s container has setuid programs');
      const engine = await inside(
        attacker,
        'find /h -xdev -type f -perm -4000 2>/dev/null; find /h -xdev -type f -perm -2000 2>/dev/null',
        '-v /:/h:ro',
      );
      assert.equal(
        engine.out.replace(/^.*(?:Pull|Digest|Status|Unable|Verif|Downl).*\n?/gm, ''),
        '',
        'the engine’s container has setuid programs',
      );
      const status = await attacker.sh('grep NoNewPrivs /proc/self/status; grep CapBnd /proc/self/status');
      assert.match(status.out, /NoNewPrivs:\s+1/, 'the shell may gain privileges');
      assert.match(status.out, /CapBnd:\s+0+$/m, 'the shell’s container leaves capabilities to gain');
      // The one file that carries capabilities maps user ids: it must not map root.
      const map = await inside(attacker, 'sleep 5 & chroot /h /usr/bin/newuidmap $! 0 0 1', '-v /:/h --pid=host');
      assert.notEqual(map.code, 0, 'an inner container could map the host’s root');
      return undefined;
    },
  },
];
