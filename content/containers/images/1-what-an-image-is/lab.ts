import { defineLab } from '#lab';
import type { CheckContext } from '#lab';

const MONEY = 'app/node_modules/@shop/money/index.js';

interface ArchiveManifest {
  Config: string;
  RepoTags: string[] | null;
  Layers: string[];
}

/** The packing list of the unpacked archive. */
async function readManifest({ files, notYet }: CheckContext): Promise<ArchiveManifest> {
  const [manifest] = JSON.parse(await files.read('unpacked/manifest.json')) as ArchiveManifest[];
  return manifest ?? notYet('manifest.json in unpacked lists no image.');
}

export default defineLab({
  sandbox: { images: ['node:22-slim'], files: ['../../files', './files'] },
  tasks: {
    start: {
      check: async ({ docker, http, expect, notYet }) => {
        const shop = await docker.container('shop');
        const image = await docker.image('shop:1');
        if (shop.imageId !== image.id) {
          notYet('The container shop was made from another image than shop:1.', {
            expected: 'a container from shop:1',
            observed: `a container from ${shop.image}`,
          });
        }
        if (shop.ports.some((port) => port.host === 3000 && port.container === 8080)) {
          notYet('The two ports are the wrong way round: -p takes the machine’s port first, then the container’s.', {
            expected: 'port 8080 of the machine leads to 3000 in the container',
            observed: 'port 3000 of the machine leads to 8080 in the container',
          });
        }
        const published = shop.ports.find((port) => port.container === 3000 && port.host !== undefined);
        if (shop.state !== 'running') {
          notYet('The container shop is there, but it is not running.', {
            expected: 'a container that runs in the background: docker run -d',
            observed: `state ${shop.state}`,
          });
        }
        if (!published) {
          notYet('The shop runs, but no port of the machine leads to it.', {
            expected: '-p 8080:3000',
            observed: 'no published port',
          });
        }
        expect(published?.host, 'the port of the machine').toBe(8080);
        const page = await http('http://localhost:8080/');
        expect(page.body, 'the answer on port 8080').toContain('The Harbour Shop');
      },
      nearMisses: [
        { run: 'docker run -d --name shop -p 8080:3000 node:22-slim sleep 1000', says: /another image than shop:1/ },
        { run: 'docker run -d --name shop shop:1', says: /no port of the machine leads to it/ },
        { run: 'docker run -d --name shop -p 3000:8080 shop:1', says: /wrong way round/ },
        {
          run: 'docker run --name shop -p 8080:3000 shop:1 & until docker logs shop 2>&1 | grep -q open; do sleep 0.2; done; docker stop shop; wait',
          says: /not running/,
        },
        { run: 'docker create --name shop -p 8080:3000 shop:1', says: /not running/ },
      ],
    },

    runtime: {
      check: async ({ docker, answer, notYet }) => {
        const version = (await docker.image('shop:1')).config.env['NODE_VERSION'] ?? '';
        const given = (answer ?? '').replace(/^v/i, '');
        if (given === version && given !== '') return;
        if (given === '') notYet('Type the version of Node in the container.');
        if (/slim/.test(given))
          notYet(`${answer} is the name of the image that the recipe starts from. Ask the program itself.`);
        if (version.startsWith(`${given}.`)) notYet(`${answer} is only the beginning of it. Give all three numbers.`);
        notYet(`The Node in the container says another version than ${answer}.`, {
          expected: 'what node --version prints inside the container shop',
          observed: given,
        });
      },
      answer: {
        label: 'Version of Node',
        placeholder: '1.2.3',
        solve: async ({ docker }) => {
          const { stdout } = await (await docker.container('shop')).exec(['node', '--version']);
          return stdout.trim();
        },
      },
      nearMisses: [
        { answer: '22', says: /all three numbers/ },
        { answer: '22-slim', says: /Ask the program itself/ },
        { answer: '26.1.5', says: /another version/ },
      ],
    },

    unpack: {
      check: async (context) => {
        const { files, expect, notYet } = context;
        if (!(await files.exists('unpacked'))) {
          if (await files.exists('manifest.json')) {
            notYet('The archive is unpacked in your home folder itself.', { expected: 'its files in ~/unpacked' });
          }
          notYet('There is no folder unpacked in your home folder.');
        }
        if (!(await files.exists('unpacked/manifest.json'))) {
          if (await files.exists('unpacked/app/server.js')) {
            notYet('These are the files of a container, as docker export writes them: the settings are missing.', {
              expected: 'manifest.json and blobs, as docker save writes them',
              observed: 'a file system: app, bin, etc, …',
            });
          }
          notYet('The folder unpacked has no manifest.json.', { expected: 'the content of shop.tar' });
        }
        const manifest = await readManifest(context);
        expect(
          manifest.RepoTags ?? [],
          'the names in manifest.json',
          manifest.RepoTags
            ? undefined
            : 'The archive does not know the name of its image: save it by its name, not by its ID.',
        ).toContain('shop:1');
        if (!(await files.exists('shop.tar'))) notYet('There is no shop.tar in your home folder.');
      },
      nearMisses: [
        {
          run: 'cd ~ && docker export shop -o shop.tar && mkdir unpacked && tar -xf shop.tar -C unpacked',
          says: /as docker export writes them/,
        },
        {
          run: 'cd ~ && docker save "$(docker image inspect shop:1 --format {{.Id}})" -o shop.tar && mkdir unpacked && tar -xf shop.tar -C unpacked',
          says: /by its name, not by its ID/,
        },
        { run: 'cd ~ && docker save shop:1 -o shop.tar && tar -xf shop.tar', says: /in your home folder itself/ },
      ],
    },

    id: {
      check: async (context) => {
        const { docker, answer, notYet } = context;
        const { id } = await docker.image('shop:1');
        const given = (answer ?? '').toLowerCase().replace(/^.*[:/]/, '');
        if (given === '') notYet('Type the first 12 characters of the checksum.');
        const config = id.replace('sha256:', '');
        if (given.length >= 12 && config.startsWith(given)) return;
        const manifest = await readManifest(context);
        const isLayer = manifest.Layers.some((layer) => layer.split('/').at(-1)?.startsWith(given));
        if (isLayer) notYet('That is the checksum of a layer. The config is named in manifest.json under Config.');
        if (config.startsWith(given)) notYet('That is right so far, but too short: 12 characters.');
        const index = await context.files.read('unpacked/index.json');
        if (index.includes(`sha256:${given}`)) {
          notYet(
            'That is the manifest in the OCI format. The config is the file that manifest.json names under Config.',
          );
        }
        notYet('That is not the checksum of the config of shop:1.', {
          expected: 'the name of the file that manifest.json names under Config',
          observed: given,
        });
      },
      answer: {
        label: 'First 12 characters',
        placeholder: '0a1b2c3d4e5f',
        solve: async ({ docker }) => (await docker.image('shop:1')).id.replace('sha256:', '').slice(0, 12),
      },
      nearMisses: [
        {
          answer: async ({ docker }) => (await docker.image('shop:1')).diffIds.at(-1)?.slice(7, 19) ?? '',
          says: /checksum of a layer/,
        },
        {
          answer: async ({ files }) =>
            /"digest":"sha256:(.{12})/.exec(await files.read('unpacked/index.json'))?.[1] ?? '',
          says: /in the OCI format/,
        },
        { answer: async ({ docker }) => (await docker.image('shop:1')).id.slice(7, 11), says: /too short/ },
      ],
    },

    layer: {
      check: async ({ files, notYet }) => {
        const file = `unpacked/${MONEY}`;
        if (await files.exists(file)) {
          const text = await files.read(file);
          if (!text.includes('formatPrice')) notYet('The file is there, but it is not the one of the layer.');
          return;
        }
        if (await files.exists(MONEY)) {
          notYet('The file is in your home folder: tar unpacks where you are.', {
            expected: `~/${file}`,
            observed: `~/${MONEY}`,
          });
        }
        if (await files.exists('unpacked/app/server.js')) {
          notYet('That layer has the code of the shop. The dependencies came later, so they are in a layer above it.');
        }
        if (await files.exists('unpacked/package/index.js')) {
          notYet('That is the package as it came, before it was installed. Take the file out of a layer of the image.');
        }
        notYet('The file is not there yet.', { expected: `~/${file}`, observed: 'nothing' });
      },
      nearMisses: [
        {
          run: `cd ~/unpacked && tar -xf "$(jq -r '.[0].Layers[-2]' manifest.json)"`,
          says: /has the code of the shop/,
        },
        {
          run: `cd ~ && tar -xf "unpacked/$(jq -r '.[0].Layers[-1]' unpacked/manifest.json)" ${MONEY}`,
          says: /in your home folder/,
        },
        { run: 'cd ~/unpacked && tar -xf ~/shop/vendor/shop-money-1.0.0.tgz', says: /before it was installed/ },
      ],
    },

    'by-hand': {
      check: async ({ docker, expect, notYet }) => {
        const shop = await docker.image('shop:1');
        if (!(await docker.hasImage('shop:gbp')) && shop.config.env['SHOP_CURRENCY'] === 'GBP') {
          notYet('Your new image took the name shop:1 from the old one: manifest.json still says so.', {
            expected: 'RepoTags with shop:gbp',
            observed: 'RepoTags with shop:1',
          });
        }
        const pounds = await docker.image('shop:gbp');
        if (pounds.id === shop.id) {
          notYet('shop:gbp is the same image as shop:1 under another name: its config did not change.', {
            expected: 'another image ID',
            observed: 'the same image ID',
          });
        }
        expect(pounds.config.env['SHOP_CURRENCY'], 'SHOP_CURRENCY in shop:gbp').toBe('GBP');
        expect(
          pounds.diffIds.length,
          'the number of layers',
          `shop:gbp has ${pounds.diffIds.length} layers, shop:1 has ${shop.diffIds.length}: a setting needs no new layer.`,
        ).toBe(shop.diffIds.length);
        expect(pounds.diffIds, 'the layers of shop:gbp', 'shop:gbp has other layers than shop:1.').toEqual(
          shop.diffIds,
        );
      },
      nearMisses: [
        { run: 'docker tag shop:1 shop:gbp', says: /same image as shop:1 under another name/ },
        {
          run: `cd ~/unpacked && sed -i s/SHOP_CURRENCY=EUR/SHOP_CURRENCY=GBP/ "$(jq -r '.[0].Config' manifest.json)" && tar -cf ../gbp.tar manifest.json blobs && docker load -i ../gbp.tar`,
          says: /took the name shop:1/,
        },
        {
          run: `docker exec shop sh -c 'echo SHOP_CURRENCY=GBP > .env' && docker commit shop shop:gbp`,
          says: /SHOP_CURRENCY in shop:gbp/,
        },
        {
          run: `docker exec shop touch note && docker commit --change 'ENV SHOP_CURRENCY=GBP' shop shop:gbp`,
          says: /a setting needs no new layer/,
        },
      ],
    },
  },
});
