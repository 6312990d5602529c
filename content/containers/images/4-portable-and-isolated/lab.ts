import { defineLab } from '#lab';
import type { CheckContext, ContainerFacts } from '#lab';

const PRICES = '/app/config/shop.json';

function expectRunning({ notYet }: CheckContext, container: ContainerFacts): void {
  if (container.state === 'running') return;
  notYet(`The container ${container.name} is not running. docker logs ${container.name} may say why.`, {
    expected: 'running',
    observed: `${container.state}, exit code ${container.exitCode}`,
  });
}

/** The price of the lantern in this container, in cents. */
async function lanternPrice(container: ContainerFacts): Promise<number | undefined> {
  return Number(/Lantern", "cents": (\d+)/.exec(await container.readFile(PRICES))?.[1]);
}

export default defineLab({
  sandbox: {
    images: ['node:22-slim', 'busybox:1.37'],
    files: ['../../files', './files'],
  },
  tasks: {
    deliver: {
      check: async (context) => {
        const { docker, expect, http, notYet } = context;
        const image = await docker.image('shop:1');
        if (image.config.cmd.length === 0) {
          notYet(
            'This image has files, but no settings: docker import made it from the archive as if it were a container’s files.',
            {
              expected: 'docker load, which brings command, environment and layers',
              observed: `${image.diffIds.length} layer, no command`,
            },
          );
        }
        if (!(await docker.hasContainer('shop'))) {
          notYet('The image shop:1 is loaded, but no container shop was started from it.', {
            expected: 'a container shop',
          });
        }
        const shop = await docker.container('shop');
        expectRunning(context, shop);
        if (!shop.ports.some((port) => port.host === 8080)) {
          notYet('The shop runs, but port 8080 of the machine does not lead to it.', { expected: '-p 8080:3000' });
        }
        const page = await http('http://localhost:8080/');
        expect(page.body, 'the answer on port 8080').toContain('The Harbour Shop');
      },
      nearMisses: [
        { run: 'docker import delivery/shop.tar shop:1', says: /docker import made it/ },
        { run: 'docker load -i delivery/shop.tar', says: /no container shop was started/ },
        { run: 'docker load -i delivery/shop.tar && docker run -d --name shop shop:1', says: /does not lead to it/ },
      ],
    },

    kernel: {
      check: async ({ docker, answer, notYet }) => {
        const shop = await docker.container('shop');
        const { stdout } = await shop.exec(['uname', '-r']);
        const release = stdout.trim();
        const given = answer ?? '';
        if (given === release) return;
        if (given === '') notYet('Type the release of the kernel.');
        const system = await shop.readFile('/usr/lib/os-release');
        if (
          system.includes(`"${given}"`) ||
          system.includes(`=${given}\n`) ||
          /debian|trixie|^1\d(\.\d+)?$/i.test(given)
        ) {
          notYet('That is the distribution, a matter of files in the image. The kernel is something else.', {
            observed: given,
          });
        }
        if (release.startsWith(given))
          notYet('That is only the beginning of it. Type all that uname -r prints.', { observed: given });
        notYet('The kernel under the container has another release.', {
          expected: 'what uname -r prints in the container',
          observed: given,
        });
      },
      answer: {
        label: 'Kernel release',
        placeholder: '1.2.3-name',
        solve: async ({ docker }) => (await (await docker.container('shop')).exec(['uname', '-r'])).stdout.trim(),
      },
      nearMisses: [
        { answer: 'trixie', says: /That is the distribution/ },
        { answer: '13', says: /That is the distribution/ },
        {
          answer: async ({ docker }) =>
            (await (await docker.container('shop')).exec(['uname', '-r'])).stdout.trim().slice(0, -2),
          says: /only the beginning/,
        },
        { answer: '22.23.3', says: /another release/ },
      ],
    },

    process: {
      check: async ({ docker, answer, notYet }) => {
        const { pid } = await docker.container('shop');
        if (pid === 0) notYet('The container shop is not running, so it has no process.');
        const given = Number(answer ?? '');
        if (given === pid) return;
        if (!Number.isInteger(given) || given <= 0) notYet('Type the number of the process.');
        if (given === 1) {
          notYet(
            '1 is its number inside the container, where it is the first process. The machine counts differently.',
            { observed: '1' },
          );
        }
        notYet('That is another process. Look for node server.js; if you start the shop again, its number changes.', {
          expected: 'the number of node server.js',
          observed: String(given),
        });
      },
      answer: {
        label: 'Process number',
        placeholder: '123',
        solve: async ({ docker }) => String((await docker.container('shop')).pid),
      },
      nearMisses: [
        { answer: '1', says: /its number inside the container/ },
        { answer: async ({ docker }) => String((await docker.container('shop')).pid - 1), says: /another process/ },
        { answer: 'node server.js', says: /Type the number/ },
      ],
    },

    two: {
      check: async (context) => {
        const { docker, expect, http, notYet } = context;
        const image = await docker.image('shop:1');
        const [north, south] = [await docker.container('north'), await docker.container('south')];
        for (const shop of [north, south]) {
          expect(
            shop.imageId,
            `the image of ${shop.name}`,
            `The container ${shop.name} was not made from shop:1.`,
          ).toBe(image.id);
          if (shop.networks.some((network) => network.name === 'host')) {
            notYet(`${shop.name} uses the network of the machine, so there is only one port 3000 for all.`, {
              expected: 'a network of its own and -p',
              observed: '--network host',
            });
          }
          const shared = shop.mounts.find((mount) => mount.destination.startsWith('/app'));
          if (shared) {
            notYet(
              `${shop.name} does not read its own file: ${shared.destination} is a folder of the machine, which others can share.`,
              {
                expected: 'a change in the container’s own layer',
                observed: `${shared.source} mounted at ${shared.destination}`,
              },
            );
          }
          expectRunning(context, shop);
        }
        const [priceNorth, priceSouth] = [await lanternPrice(north), await lanternPrice(south)];
        if (priceNorth === 2900)
          notYet('north has the new price. Only south should have it.', {
            observed: `north ${priceNorth}, south ${priceSouth}`,
          });
        if (priceSouth !== 2900) {
          notYet('The lantern in south does not cost 29 euros yet.', {
            expected: '2900 cents',
            observed: `${priceSouth} cents`,
          });
        }
        expect((await http('http://localhost:8081/')).body, 'the answer on port 8081').toContain('€34.00');
        expect((await http('http://localhost:8082/')).body, 'the answer on port 8082').toContain('€29.00');
      },
      nearMisses: [
        {
          run: 'docker run -d --name north --network host shop:1; docker run -d --name south --network host shop:1',
          says: /only one port 3000/,
        },
        {
          run: `docker cp shop:/app/config config && docker run -d --name north -p 8081:3000 -v ~/config:/app/config shop:1 && docker run -d --name south -p 8082:3000 -v ~/config:/app/config shop:1 && sed -i s/3400/2900/ config/shop.json`,
          says: /which others can share/,
        },
        {
          run: `docker run -d --name north -p 8081:3000 shop:1; docker run -d --name south -p 8082:3000 shop:1; docker exec south sed -i s/3400/2900/ /app/config/shop.json`,
          says: /does not cost 29 euros yet/,
        },
        {
          run: `for shop in north:8081 south:8082; do docker run -d --name \${shop%:*} -p \${shop#*:}:3000 shop:1; docker exec -u root \${shop%:*} sed -i s/3400/2900/ /app/config/shop.json; done`,
          says: /Only south should have it/,
        },
      ],
    },

    sealed: {
      check: async (context) => {
        const { docker, expect, notYet } = context;
        const sealed = await docker.container('sealed');
        if (sealed.cmd.some((word) => word === '--read-only' || word === '--network')) {
          notYet('The options stand after the image’s name, so Docker took them for the command to run.', {
            expected: 'options, then the image',
            observed: `the command ${sealed.cmd.join(' ')}`,
          });
        }
        const image = await docker.image('shop:1');
        expect(sealed.imageId, 'the image of sealed', 'The container sealed was not made from shop:1.').toBe(image.id);
        expectRunning(context, sealed);
        const networks = sealed.networks.map((network) => network.name);
        if (networks.join() !== 'none') {
          notYet('The container sealed still has a network.', {
            expected: '--network none',
            observed: networks.join(', '),
          });
        }
        // The home folder belongs to the user of the image: where it can't write, it can write nowhere.
        const { exitCode } = await sealed.exec(['test', '-w', '/home/node']);
        if (exitCode === 0) {
          notYet('The container sealed can still write to its file system.', {
            expected: '--read-only',
            observed: '/home/node can be written',
          });
        }
      },
      nearMisses: [
        { run: 'docker run -d --name sealed --network none shop:1', says: /can still write/ },
        { run: 'docker run -d --name sealed --read-only shop:1', says: /still has a network/ },
        { run: 'docker run -d --name sealed shop:1 --network none --read-only', says: /after the image’s name/ },
        {
          run: 'docker run -d --name sealed --network none --read-only busybox:1.37 sleep 1000',
          says: /not made from shop:1/,
        },
      ],
    },
  },
});
