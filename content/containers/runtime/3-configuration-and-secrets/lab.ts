import { defineLab } from '#lab';
import type { CheckContext, ContainerFacts } from '#lab';

const login = (password: string) => ({ authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}` });

async function runningShop({ docker, notYet }: CheckContext): Promise<ContainerFacts> {
  const shop = await docker.container('shop');
  if (shop.state === 'running') return shop;
  return notYet('The container shop is not running. docker logs shop may say why.', {
    expected: 'running',
    observed: `${shop.state}, exit code ${shop.exitCode}`,
  });
}

/** What the back office answers to this password. */
async function admin({ http }: CheckContext, password: string): Promise<number> {
  return (await http('http://localhost:8080/admin', { headers: login(password) })).status;
}

const mountAt = (shop: ContainerFacts, folder: string) =>
  shop.mounts.find(({ destination }) => destination === folder || destination.startsWith(`${folder}/`));

async function leakedToken({ exec }: CheckContext, image: string): Promise<string> {
  const { stdout } = await exec(['docker', 'history', '--no-trunc', '--format', '{{.CreatedBy}}', image]);
  return /TOKEN=([0-9a-f-]{36})/.exec(stdout)?.[1] ?? '';
}

/** Says which of the two an image's layers and settings have: the token of token.txt, the price list. */
const TRACES =
  'docker save prices:2 > /tmp/prices.tar; grep -aqFf token.txt /tmp/prices.tar && echo token; grep -aq "Lantern 29.00" /tmp/prices.tar && echo list; rm -f /tmp/prices.tar';

const OPEN = '-d --name shop -p 8080:3000';
const CONFIG = `docker rm -f shop; docker run ${OPEN} --env-file ~/shop.env`;
const SECRET = `mkdir -p ~/secrets && echo anchor-7 > ~/secrets/admin && docker rm -f shop; docker run ${OPEN}`;
const DOCKERFILE = (...lines: string[]) =>
  `printf '%s\\n' 'FROM busybox:1.37' 'COPY fetch.sh .' ${lines.map((line) => `'${line}'`).join(' ')} > ~/prices/Dockerfile`;

export default defineLab({
  sandbox: { images: ['node:22-slim', 'busybox:1.37'], files: ['../../files', './files'] },
  tasks: {
    'env-file': {
      check: async (context) => {
        const { files, http, expect, notYet } = context;
        await files.read('shop.env');
        const shop = await context.docker.container('shop');
        const { SHOP_CURRENCY: currency = '', ADMIN_PASSWORD: password = '' } = shop.env;
        if (/["']/.test(currency + password)) {
          notYet('The quotes in shop.env became a part of the value: Docker takes all that stands behind the =.', {
            expected: 'SHOP_CURRENCY=USD',
            observed: `SHOP_CURRENCY=${currency}`,
          });
        }
        if (currency !== 'USD' || password !== 'ahoy') {
          notYet('The environment of shop does not have both settings. A container keeps what it started with.', {
            expected: 'SHOP_CURRENCY=USD and ADMIN_PASSWORD=ahoy',
            observed: `SHOP_CURRENCY=${currency}, ADMIN_PASSWORD=${password}`,
          });
        }
        await runningShop(context);
        expect((await http('http://localhost:8080/')).body, 'the prices on port 8080').toContain('$');
        expect(await admin(context, 'ahoy'), 'the answer of /admin to admin:ahoy').toBe(200);
      },
      nearMisses: [
        {
          run: `printf 'SHOP_CURRENCY="USD"\\nADMIN_PASSWORD=ahoy\\n' > ~/shop.env; ${CONFIG} shop:1`,
          says: /quotes in shop\.env/,
        },
        {
          run: `printf 'SHOP_CURRENCY=USD\\nADMIN_PASSWORD=ahoy\\n' > ~/shop.env; docker restart -t 1 shop`,
          says: /keeps what it started with/,
        },
        {
          run: `printf 'SHOP_CURRENCY=USD\\n' > ~/shop.env; ${CONFIG} shop:1`,
          says: /does not have both settings/,
        },
      ],
    },

    config: {
      check: async (context) => {
        const { http, expect, notYet } = context;
        const shop = await runningShop(context);
        const mount = mountAt(shop, '/app/config');
        if (!mount) {
          return notYet('The shop reads the file of its image: nothing of the machine is mounted at /app/config.', {
            expected: '-v ~/shop/config:/app/config:ro',
            observed: 'no mount',
          });
        }
        if (mount.destination !== '/app/config') {
          notYet(
            'A single file is mounted. When sed or an editor writes a new file in its place, the container goes on with the old one.',
            { expected: 'the folder at /app/config', observed: mount.destination },
          );
        }
        if (mount.writable) {
          notYet('The shop could write to its configuration. It only has to read it.', {
            expected: ':ro',
            observed: 'writable',
          });
        }
        if (!(await shop.exec(['cat', '/app/config/shop.json'])).stdout.includes('2900')) {
          notYet('The lantern does not cost 2900 cents yet.', { expected: '2900 in ~/shop/config/shop.json' });
        }
        expect((await http('http://localhost:8080/')).body, 'the page of the shop').toContain('Lantern');
      },
      nearMisses: [
        {
          run: `${CONFIG} -v ~/shop/config/shop.json:/app/config/shop.json:ro shop:1 && sed -i s/3400/2900/ ~/shop/config/shop.json`,
          says: /A single file is mounted/,
        },
        {
          run: 'docker exec -u root shop sed -i s/3400/2900/ /app/config/shop.json',
          says: /reads the file of its image/,
        },
        {
          run: `${CONFIG} -v ~/shop/config:/app/config shop:1 && sed -i s/3400/2900/ ~/shop/config/shop.json`,
          says: /could write to its configuration/,
        },
      ],
    },

    leak: {
      check: async (context) => {
        const { answer, docker, notYet } = context;
        await docker.image('prices:1');
        const token = await leakedToken(context, 'prices:1');
        const given = (answer ?? '').replace(/^TOKEN=/, '').toLowerCase();
        if (given === token && token !== '') return;
        if (given === '$token') {
          notYet('That is the name of the variable, from the Dockerfile. The history has its value.');
        }
        if (given.length > 8 && token.startsWith(given.replace(/[….]+$/, ''))) {
          notYet('That is its beginning: docker history has shortened the line.', {
            expected: '--no-trunc',
            observed: given,
          });
        }
        notYet('The image was built with another token.', {
          expected: 'what docker history shows behind TOKEN=',
          observed: given,
        });
      },
      answer: {
        label: 'Token',
        placeholder: '01234567-89ab-…',
        solve: (context) => leakedToken(context, 'prices:1'),
      },
      nearMisses: [
        { answer: '$TOKEN', says: /name of the variable/ },
        {
          answer: async (context) => `${(await leakedToken(context, 'prices:1')).slice(0, 20)}…`,
          says: /has shortened the line/,
        },
      ],
    },

    'build-secret': {
      check: async (context) => {
        const { docker, exec, notYet } = context;
        if (!(await docker.hasImage('prices:2'))) {
          notYet(
            'There is no image prices:2. If the supplier refused, the step had no token: was --secret on the command line?',
            { expected: 'an image prices:2', observed: 'no such image' },
          );
        }
        if ((await leakedToken(context, 'prices:2')) !== '') {
          notYet('The token is in the history of prices:2, as it was in prices:1.', {
            expected: 'no build argument with a token',
          });
        }
        const { stdout } = await exec(['bash', '-c', TRACES]);
        if (stdout.includes('token')) {
          notYet('A layer of prices:2 has the token in a file. A later step that deletes it only hides it.', {
            expected: 'the token in no layer',
            observed: 'the content of token.txt in docker save prices:2',
          });
        }
        if (!stdout.includes('list')) {
          notYet('prices:2 keeps the secret, but it has no price list either.', {
            expected: '/prices.txt, written by fetch.sh',
          });
        }
      },
      nearMisses: [
        {
          run: 'docker build -t prices:2 --build-arg TOKEN=$(cat ~/token.txt) ~/prices',
          says: /in the history of prices:2/,
        },
        {
          run: `cp ~/token.txt ~/prices/ && ${DOCKERFILE('COPY token.txt .', 'RUN sh fetch.sh "$(cat token.txt)"', 'RUN rm token.txt')} && docker build -t prices:2 ~/prices`,
          says: /only hides it/,
        },
        {
          run: `${DOCKERFILE('RUN --mount=type=secret,id=token sh fetch.sh "$(cat /run/secrets/token)"')} && docker build -t prices:2 ~/prices`,
          says: /was --secret on the command line/,
        },
      ],
    },

    file: {
      check: async (context) => {
        const { notYet } = context;
        const shop = await runningShop(context);
        if (shop.env['ADMIN_PASSWORD'] !== undefined) {
          notYet('ADMIN_PASSWORD is still in the environment, for everyone who may inspect the container.', {
            expected: 'ADMIN_PASSWORD_FILE alone',
          });
        }
        const path = shop.env['ADMIN_PASSWORD_FILE'] ?? '';
        if (path === '') {
          notYet('The shop was not told where its password is.', {
            expected: 'ADMIN_PASSWORD_FILE=/run/secrets/admin',
          });
        }
        if (!path.startsWith('/')) {
          notYet('ADMIN_PASSWORD_FILE holds a path, and not the password.', {
            expected: '/run/secrets/admin',
            observed: path,
          });
        }
        const mount = mountAt(shop, '/run/secrets');
        if (!mount) {
          return notYet('Nothing of the machine is mounted at /run/secrets.', {
            expected: '-v ~/secrets:/run/secrets:ro',
          });
        }
        const status = [await admin(context, 'anchor-7'), await admin(context, 'anchor-8')];
        if (status.includes(500)) {
          notYet('The shop can’t read the file: docker logs shop says why. It runs as the user node.', {
            expected: 'a file that this user may read',
            observed: 'an error in the shop',
          });
        }
        if (mount.writable) {
          notYet('The shop could change its own password.', { expected: ':ro', observed: 'writable' });
        }
        if (!status.includes(200)) {
          notYet('The back office does not take this password.', {
            expected: 'anchor-7',
            observed: `status ${status[0] ?? ''}`,
          });
        }
      },
      nearMisses: [
        { run: `${SECRET} -e ADMIN_PASSWORD=anchor-7 shop:1`, says: /still in the environment/ },
        {
          run: `${SECRET} -v ~/secrets:/run/secrets:ro -e ADMIN_PASSWORD_FILE=anchor-7 shop:1`,
          says: /and not the password/,
        },
        {
          run: `${SECRET} -v ~/secrets:/run/secrets:ro -e ADMIN_PASSWORD_FILE=/run/secrets/admin shop:1; chmod 600 ~/secrets/admin`,
          says: /can’t read the file/,
        },
      ],
    },

    rotate: {
      check: async (context) => {
        const { exec, expect, notYet } = context;
        const shop = await runningShop(context);
        const { stdout } = await exec(['stat', '-c', '%Z', 'secrets/admin']);
        if ((await admin(context, 'anchor-7')) === 200) {
          notYet('The back office still takes the old password.', { expected: 'anchor-8', observed: 'anchor-7' });
        }
        expect(await admin(context, 'anchor-8'), 'the answer of /admin to admin:anchor-8').toBe(200);
        // When the file was last touched, in whole seconds.
        if ((shop.startedAt?.getTime() ?? 0) / 1000 > Number(stdout.trim()) + 1) {
          notYet('The container was started after the change. The customers who were in the shop had to leave.', {
            expected: 'a container that went on',
            observed: 'a restart',
          });
        }
      },
      nearMisses: [
        { run: 'docker exec -e ADMIN_PASSWORD=anchor-8 shop true', says: /still takes the old password/ },
        { run: 'echo anchor-8 > ~/secrets/admin; sleep 2; docker restart -t 1 shop', says: /had to leave/ },
        { run: 'echo anchor-9 > ~/secrets/admin', says: /the answer of \/admin/i },
      ],
    },
  },
});
