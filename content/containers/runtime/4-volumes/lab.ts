import { defineLab } from '#lab';
import type { CheckContext, ContainerFacts } from '#lab';

const ORDERS = 'http://localhost:8080/orders';

/** The shop, running, with the volume orders at /data. */
async function shopWithOrders({ docker, notYet }: CheckContext): Promise<ContainerFacts> {
  const shop = await docker.container('shop');
  const mount = shop.mounts.find(({ destination }) => destination === '/data');
  if (!mount) {
    const other = shop.mounts.find(({ name }) => name === 'orders');
    notYet(
      other
        ? `The volume is mounted at ${other.destination}, but the shop writes to /data.`
        : 'Nothing is mounted at /data, so orders go to the container’s own layer.',
      { expected: '-v orders:/data', observed: other?.destination ?? 'no mount' },
    );
  }
  if (mount?.type === 'bind') {
    notYet('That is a folder of the machine, because there is a path before the colon. A volume has a name.', {
      expected: '-v orders:/data',
      observed: mount.source,
    });
  }
  if (mount?.name !== 'orders') {
    const anonymous = /^[0-9a-f]{64}$/.test(mount?.name ?? '');
    notYet(
      anonymous
        ? 'The volume at /data has no name, so the next container gets another one.'
        : `The volume at /data is called ${mount?.name ?? ''}.`,
      { expected: 'the volume orders', observed: mount?.name ?? '' },
    );
  }
  if (shop.state !== 'running') {
    notYet('The container shop is not running. docker logs shop may say why.', {
      expected: 'running',
      observed: shop.state,
    });
  }
  return shop;
}

const ARCHIVE = 'backup/orders.tar';
const RUN = 'docker run -d --name shop -p 8080:3000';
const BACKUP = 'mkdir -p ~/backup && docker run --rm -v ~/backup:/to';

export default defineLab({
  sandbox: { images: ['node:22-slim', 'busybox:1.37'], files: ['../../files', './files'] },
  tasks: {
    keep: {
      check: async (context) => {
        const shop = await shopWithOrders(context);
        const { body } = await context.http(ORDERS);
        const lines = body.split('\n').filter((line) => /lantern/i.test(line));
        if (lines.length === 0) {
          context.notYet('There is no lantern on the list.', {
            expected: 'an order of a lantern',
            observed: body.trim().slice(0, 100),
          });
        }
        if (lines.every((line) => line.includes(shop.hostname))) {
          context.notYet(
            'The lantern was ordered from the container that runs now: it has not survived anything yet.',
            {
              expected: 'an order that an earlier container took',
              observed: lines[0] ?? '',
            },
          );
        }
      },
      nearMisses: [
        { run: `docker rm -f shop; ${RUN} -v /data shop:1`, says: /has no name/ },
        { run: `docker rm -f shop; mkdir -p orders; ${RUN} -v ~/orders:/data shop:1`, says: /a folder of the machine/ },
        { run: `docker rm -f shop; ${RUN} -v orders:/app/data shop:1`, says: /the shop writes to \/data/ },
        {
          run: `docker rm -f shop; ${RUN} -v orders:/data shop:1; curl -s --retry 5 --retry-all-errors -d lantern localhost:8080/orders`,
          says: /not survived anything yet/,
        },
      ],
    },

    owner: {
      check: async ({ files, notYet }) => {
        if (!(await files.exists('export'))) {
          notYet('There is no folder ~/export. Run the lines above the task; the folder itself stays.', {
            expected: '~/export',
          });
        }
        if (await files.exists('export/list')) {
          notYet('~/export/list is still there. Its owner, or root, must remove it.', {
            expected: 'no ~/export/list',
            observed: 'still there',
          });
        }
      },
      nearMisses: [
        { run: 'chmod -R 777 ~/export/list; rm -rf ~/export/list', says: /is still there/ },
        {
          run: 'docker run --rm --user 101 -v ~/export:/export busybox:1.37 rm -r /export/list',
          says: /is still there/,
        },
        { run: 'docker run --rm busybox:1.37 rm -rf /export/list', says: /is still there/ },
      ],
    },

    sealed: {
      check: async (context) => {
        const { http, expect, notYet } = context;
        const shop = await shopWithOrders(context);
        const writable = async (folder: string) => (await shop.exec(['test', '-w', folder])).exitCode === 0;
        if (await writable('/home/node')) {
          notYet('The shop can still write to its own layer.', {
            expected: '--read-only',
            observed: '/home/node can be written',
          });
        }
        const { stdout } = await shop.exec(['cat', '/proc/mounts']);
        if (!/^\S+ \/tmp tmpfs /m.test(stdout)) {
          notYet('/tmp does not lie in memory, so nobody can write there now.', { expected: '--tmpfs /tmp' });
        }
        if (!(await writable('/data'))) {
          notYet('The shop can’t write to its orders any more.', { expected: '-v orders:/data, without :ro' });
        }
        expect((await http(ORDERS)).body, 'the list of orders').toContain('lantern');
      },
      nearMisses: [
        { run: `docker rm -f shop; ${RUN} --tmpfs /tmp -v orders:/data shop:1`, says: /still write to its own layer/ },
        { run: `docker rm -f shop; ${RUN} --read-only -v orders:/data shop:1`, says: /does not lie in memory/ },
        {
          run: `docker rm -f shop; ${RUN} --read-only --tmpfs /tmp -v orders:/data:ro shop:1`,
          says: /can’t write to its orders/,
        },
      ],
    },

    backup: {
      check: async ({ exec, files, notYet }) => {
        if (!(await files.exists(ARCHIVE)))
          notYet('There is no ~/backup/orders.tar.', { expected: '~/backup/orders.tar' });
        const { stdout } = await exec(['tar', '-tf', ARCHIVE]);
        const entries = stdout
          .trim()
          .split('\n')
          .map((entry) => entry.replace(/^\.\//, ''));
        if (entries.includes('orders.txt')) {
          const content = (await exec(['bash', '-c', `tar -xOf ${ARCHIVE} --wildcards '*orders.txt'`])).stdout;
          if (!content.includes('lantern'))
            notYet('The orders in the archive lack the lantern.', { observed: content.slice(0, 100) });
          return;
        }
        const deeper = entries.find((entry) => entry.endsWith('/orders.txt'));
        if (deeper !== undefined) {
          notYet('The orders are in the archive, but in a folder: they would be restored to the wrong place.', {
            expected: 'orders.txt',
            observed: deeper,
          });
        }
        notYet('The archive has no orders. Is the name of the volume right? Docker makes one that it does not know.', {
          expected: 'orders.txt',
          observed: entries.slice(0, 5).join(', ') || 'an empty archive',
        });
      },
      nearMisses: [
        {
          run: `${BACKUP} -v order:/from:ro busybox:1.37 tar -C /from -cf /to/orders.tar .`,
          says: /Is the name of the volume right/,
        },
        { run: `${BACKUP} -v orders:/data:ro busybox:1.37 tar -cf /to/orders.tar data`, says: /but in a folder/ },
        { run: 'mkdir -p ~/backup && docker export shop -o ~/backup/orders.tar', says: /The archive has no orders/ },
      ],
    },

    restore: {
      check: async (context) => {
        const { docker, http, notYet } = context;
        if (!(await docker.hasContainer('shop'))) {
          notYet('There is no container shop to read the orders.', { expected: `${RUN} -v orders:/data shop:1` });
        }
        const shop = await shopWithOrders(context);
        const { body } = await http(ORDERS);
        if (!/lantern/.test(body)) {
          notYet('The shop has a volume orders, and the lantern is not in it.', {
            expected: 'orders.txt at the top of the volume',
            observed: body.trim().slice(0, 100),
          });
        }
        const { exitCode } = await shop.exec(['sh', '-c', 'test -w /data && test -w /data/orders.txt']);
        if (exitCode !== 0) {
          notYet('The old orders are there, but the shop can’t write new ones: its user does not own the files.', {
            expected: 'files that belong to node',
            observed: (await shop.exec(['ls', '-l', '/data'])).stdout.trim(),
          });
        }
        if (body.split('\n').some((line) => line.includes(shop.hostname))) return;
        notYet('The old orders are back. Now order something, to see that the shop can write, too.', {
          expected: 'an order that this container took',
          observed: 'old ones only',
        });
      },
      nearMisses: [
        { run: `${RUN} -v orders:/data shop:1`, says: /the lantern is not in it/ },
        {
          run: `docker run --rm -v orders:/to -v ~/backup:/from:ro busybox:1.37 sh -c 'mkdir /to/data && tar -C /to/data -xf /from/orders.tar'; ${RUN} -v orders:/data shop:1`,
          says: /the lantern is not in it/,
        },
        {
          run: `docker run --rm -v orders:/to -v ~/backup:/from:ro busybox:1.37 sh -c 'tar -C /to -xf /from/orders.tar; chown -R root /to'; ${RUN} -v orders:/data shop:1`,
          says: /can’t write new ones/,
        },
      ],
    },

    prune: {
      check: async ({ docker, files, notYet }) => {
        const names = (await docker.volumes()).map(({ name }) => name);
        if (!names.includes('orders')) {
          notYet('orders is not there. --all takes volumes with a name, too. Good that there is a backup.', {
            expected: 'the volume orders',
            observed: names.join(', ') || 'no volume',
          });
        }
        const nameless = names.filter((name) => /^[0-9a-f]{64}$/.test(name));
        if (nameless.length > 0) {
          notYet('There are still volumes without a name.', {
            expected: 'orders alone',
            observed: `${nameless.length} of them`,
          });
        }
        if ((await files.read('volumes.txt')).trim() !== names.join('\n')) {
          notYet('volumes.txt does not say what is left.', { expected: names.join(', '), observed: 'another list' });
        }
      },
      nearMisses: [
        { run: 'docker rm -f shop; docker volume prune --all --force', says: /orders is not there/ },
        { run: 'docker container prune --force', says: /still volumes without a name/ },
        { run: 'docker volume ls -q > ~/volumes.txt; docker volume prune --force', says: /does not say what is left/ },
      ],
    },
  },
});
