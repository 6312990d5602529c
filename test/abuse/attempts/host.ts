import assert from 'node:assert/strict';
import type { Attempt } from '../attempt.ts';

/** Ways to the machine that everything runs on. */
export const host: readonly Attempt[] = [
  {
    number: 1,
    title: 'Look for the host’s docker.sock and its TCP ports',
    run: async (context) => {
      const attacker = await context.attacker();
      const gateways = await attacker.sh(
        `ip route | sed -n 's/.*via \\([0-9.]*\\).*/\\1/p'; ip -4 -o addr | sed -n 's/.*inet \\([0-9.]*\\)\\.[0-9]*\\/.*/\\1.1/p'`,
      );
      const addresses = [...new Set(['127.0.0.1', ...gateways.out.split('\n').filter((line) => line !== '')])];
      for (const port of [2375, 2376]) {
        for (const address of addresses) {
          const { code } = await attacker.sh(`timeout 2 bash -c 'exec 3<>/dev/tcp/${address}/${port}'`);
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
      const look = 'hostname; ls /h /h/root /h/home; cat /h/etc/hostname; ls /h/var/lib/docker /h/dev';
      const { out } = await attacker.sh(
        `docker run --rm --privileged -v /:/h busybox:1.37 sh -c '${look}' || docker run --rm -v /:/h busybox:1.37 sh -c '${look}'`,
      );
      assert.doesNotMatch(out, /\b(vd|sd|nvme|xvd)[a-z0-9]+\b/, `disks of the host are there: ${out}`);
      // The machine's own name, not the host's.
      assert.match(out, /^host$/m, `these are not the engine container’s files: ${out}`);
      const write = await attacker.sh(
        `docker run --rm -v /:/h busybox:1.37 sh -c 'touch /h/etc/drydock-was-here /h/usr/bin/drydock-was-here'`,
      );
      assert.notEqual(write.code, 0, 'an inner container could write into the engine container’s system');
      return undefined;
    },
  },
];
