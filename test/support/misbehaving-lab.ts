import { env } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineLab } from '../../sandbox-server/lab/index.ts';

const task = (check: Parameters<typeof defineLab>[0]['tasks'][string]['check'], timeout = 5_000) => ({
  check,
  timeout,
  nearMisses: [{ run: 'true', says: 'x' }],
});

/** Checks that do what no check should, beside some that are right. */
export default defineLab({
  sandbox: {},
  tasks: {
    passes: task(() => undefined),
    looks: task(async ({ docker, files, exec, notYet }) => {
      const { stdout } = await exec('echo hi');
      const text = await files.read('/etc/motd');
      if (await docker.hasImage('shop:1')) notYet(`${stdout.trim()} ${text.trim()}`, { observed: 'shop:1' });
    }),
    cluster: task(async ({ kubernetes, notYet }) => {
      if (await kubernetes.hasPod('web')) await kubernetes.pod('api');
      notYet(kubernetes.namespace);
    }),
    missing: task(async ({ docker }) => void (await docker.image('shop:2'))),
    throws: task(() => {
      throw new TypeError('x is not a function');
    }),
    'throws-later': task(async () => {
      setTimeout(() => {
        throw new Error('nobody catches this');
      }, 1);
      await sleep(60_000);
    }),
    hangs: task(() => new Promise<void>(() => undefined), 100),
    loops: task(() => {
      for (;;);
    }),
    'loops-after-looking': task(async ({ exec }) => {
      await exec('true');
      for (;;);
    }),
    slow: task(async ({ exec }) => void (await exec('slow'))),
    exits: task(() => process.exit(0)),
    devours: task(() => {
      const kept: number[][] = [];
      for (;;) kept.push(Array.from({ length: 100_000 }, (_, index) => index * 1.5));
    }, 60_000),
    environment: task(({ notYet }) => notYet(Object.keys(env).join(' '))),
  },
});
