import { defineLab } from '#lab';
import type { CheckContext, ContainerFacts } from '#lab';

const isOn = (container: ContainerFacts, network: string) => container.networks.some(({ name }) => name === network);
const networksOf = (container: ContainerFacts) => container.networks.map(({ name }) => name).join(', ') || 'none';

function expectRunning({ notYet }: CheckContext, container: ContainerFacts, hint = ''): void {
  if (container.state === 'running') return;
  notYet(`The container ${container.name} is not running. docker logs ${container.name} may say why.${hint}`, {
    expected: 'running',
    observed: `${container.state}, exit code ${container.exitCode}`,
  });
}

function expectImage({ expect }: CheckContext, container: ContainerFacts, image: string): void {
  expect(container.image, `the image of ${container.name}`, `${container.name} was not made from ${image}.`).toBe(
    image,
  );
}

/** Where somebody listens for TCP in a container, as `1.2.3.4:5`; its /proc/net/tcp has hexadecimal, little-endian. */
async function listeners(container: ContainerFacts): Promise<string[]> {
  const { stdout } = await container.exec(['cat', '/proc/net/tcp']);
  return [...stdout.matchAll(/^\s*\d+: ([0-9A-F]{8}):([0-9A-F]{4}) \S+ 0A /gm)].map(([, address = '', port = '']) => {
    const bytes = address.match(/../g)?.toReversed() ?? [];
    return `${bytes.map((byte) => Number.parseInt(byte, 16)).join('.')}:${Number.parseInt(port, 16)}`;
  });
}

const RUN_DB =
  'docker run -d --name db -e POSTGRES_PASSWORD=harbour -e POSTGRES_DB=shop -v ~/shop/db/init.sql:/docker-entrypoint-initdb.d/init.sql';

export default defineLab({
  sandbox: {
    images: ['node:22-slim', 'nginx:1.26', 'busybox:1.37', 'postgres:17'],
    files: '../../application/files',
  },
  tasks: {
    address: {
      check: async (context) => {
        const { docker, answer, notYet } = context;
        const api = await docker.container('api');
        expectRunning(context, api);
        const given = (answer ?? '').replace(/\/\d+$/, '');
        const addresses = api.networks.map(({ ip }) => ip).filter((ip) => ip !== '');
        if (addresses.includes(given)) return;
        const expected = 'an address of the container api';
        if (given === '127.0.0.1' || given === 'localhost') {
          notYet('127.0.0.1 is what every container calls itself. From outside it is known by another address.', {
            expected,
            observed: given,
          });
        }
        const prefix = (ip: string) => ip.split('.').slice(0, 3).join('.');
        if (addresses.some((ip) => given === `${prefix(ip)}.1`)) {
          notYet('That is the gateway of the network: the machine’s side of the switch.', {
            expected,
            observed: given,
          });
        }
        if (given.startsWith(api.id.slice(0, 6))) {
          notYet('That is the container’s id, which is also its host name. An address has four numbers.', {
            expected,
            observed: given,
          });
        }
        notYet('The container has another address.', { expected, observed: given });
      },
      answer: {
        label: 'IP address',
        placeholder: '1.2.3.4',
        solve: async ({ docker }) => (await docker.container('api')).networks[0]?.ip ?? '',
      },
      nearMisses: [
        { answer: '127.0.0.1', says: /what every container calls itself/ },
        {
          answer: async ({ docker }) => ((await docker.container('api')).networks[0]?.ip ?? '').replace(/\.\d+$/, '.1'),
          says: /gateway of the network/,
        },
        { answer: async ({ docker }) => (await docker.container('api')).id.slice(0, 12), says: /the container’s id/ },
        { answer: '192.168.1.20', says: /has another address/ },
      ],
    },

    network: {
      check: async (context) => {
        const { docker, notYet } = context;
        const front = await docker.network('front');
        const api = await docker.container('api');
        expectRunning(context, api);
        if (isOn(api, 'front')) return;
        const others = front.containers.map(({ name }) => name).join(', ');
        notYet(
          others === ''
            ? 'The network front is there, and nobody is on it.'
            : `${others} is on front, but the container api is not.`,
          { expected: 'api on front', observed: `api on ${networksOf(api)}` },
        );
      },
      nearMisses: [
        { run: 'docker network create front', says: /nobody is on it/ },
        {
          run: 'docker network create front && docker run -d --name api2 --network front shop-api:1',
          says: /api2 is on front, but the container api is not/,
        },
      ],
    },

    twice: {
      check: async (context) => {
        const { docker, notYet } = context;
        const second = await docker.container('api-2');
        expectImage(context, second, 'shop-api:1');
        expectRunning(context, second);
        const front = second.networks.find(({ name }) => name === 'front');
        if (!front) {
          notYet('api-2 is not on the network front.', { expected: 'front', observed: networksOf(second) });
        }
        if (front?.dnsNames.includes('api')) return;
        notYet('api-2 is on front, but nobody there knows it as api.', {
          expected: 'the alias api on front',
          observed: `its names there: ${front?.dnsNames.join(', ')}`,
        });
      },
      nearMisses: [
        { run: 'docker run -d --name api-2 --network front shop-api:1', says: /nobody there knows it as api/ },
        { run: 'docker run -d --name api-2 shop-api:1', says: /not on the network front/ },
      ],
    },

    publish: {
      check: async (context) => {
        const { docker, http, expect, notYet } = context;
        const web = await docker.container('web');
        expectImage(context, web, 'shop-web:1');
        expectRunning(context, web);
        const open = (await docker.containers())
          .filter(({ name }) => name !== 'web')
          .find(({ ports }) => ports.some(({ host }) => host !== undefined));
        if (open) {
          notYet(`${open.name} is published too, so anyone can go past the web server.`, {
            expected: 'web alone with a published port',
            observed: `${open.name} on port ${open.ports.find(({ host }) => host)?.host}`,
          });
        }
        const published = web.ports.filter(({ host }) => host !== undefined);
        if (published.length === 0) {
          notYet('web runs, but no port of the machine leads to it. EXPOSE and --expose open nothing.', {
            expected: '-p 8080:80',
            observed: 'no published port',
          });
        }
        if (!published.some(({ host, container }) => host === 8080 && container === 80)) {
          const [first] = published;
          notYet('Another pair of ports is published. -p takes the machine’s port first, then the container’s.', {
            expected: '-p 8080:80',
            observed: `-p ${first?.host}:${first?.container}`,
          });
        }
        if (!isOn(web, 'front')) {
          notYet('The page is there, but the shop is empty: web is not on front, so it does not find api.', {
            expected: 'web on front',
            observed: `web on ${networksOf(web)}`,
          });
        }
        const about = await http('http://localhost:8080/api/about');
        expect(about.status, 'the status of /api/about').toBe(200);
      },
      nearMisses: [
        {
          run: 'docker run -d --name web --network front --expose 8080 shop-web:1',
          says: /no port of the machine leads/,
        },
        { run: 'docker run -d --name web -p 8080:80 shop-web:1', says: /not on front, so it does not find api/ },
        { run: 'docker run -d --name web --network front -p 8080:8080 shop-web:1', says: /Another pair of ports/ },
      ],
    },

    database: {
      check: async (context) => {
        const { docker, notYet } = context;
        const back = await docker.network('back');
        const db = await docker.container('db');
        expectImage(context, db, 'postgres:17');
        expectRunning(context, db, ' PostgreSQL does not start without a password.');
        if (!back.internal) {
          notYet('The network back has a way out. A network is internal from its birth: remove it and make it again.', {
            expected: 'docker network create --internal back',
            observed: 'an ordinary bridge',
          });
        }
        if (networksOf(db) !== 'back') {
          notYet('db must be on back, and on no other network.', { expected: 'back', observed: networksOf(db) });
        }
        if (db.ports.some(({ host }) => host !== undefined)) {
          notYet('A port of db is published: a door into the room that should have none.', {
            expected: 'no -p',
            observed: `port ${db.ports.find(({ host }) => host)?.host} of the machine`,
          });
        }
        const { stdout } = await db.exec([
          'psql',
          '-U',
          'postgres',
          '-At',
          '-c',
          'select count(*) from products',
          'shop',
        ]);
        if (stdout.trim() === '3') return;
        notYet('The database runs, but it has no products: its tables were not made, or it is still starting.', {
          expected: 'POSTGRES_DB=shop and init.sql in /docker-entrypoint-initdb.d at the first start',
          observed: stdout.trim() || 'no table products in a database shop',
        });
      },
      nearMisses: [
        { run: `docker network create back && ${RUN_DB} --network back postgres:17`, says: /has a way out/ },
        {
          run: 'docker network create --internal back && docker run -d --name db --network back postgres:17',
          says: /does not start without a password/,
        },
      ],
    },

    between: {
      check: async (context) => {
        const { docker, http, notYet } = context;
        const api = await docker.container('api');
        const web = await docker.container('web');
        if (isOn(web, 'back')) {
          notYet('web is on back as well, so whoever breaks into web reaches the database.', {
            expected: 'api alone between the two networks',
            observed: `web on ${networksOf(web)}`,
          });
        }
        if (!api.env['DB_HOST']) {
          notYet('The API knows of no database, so it keeps its orders in memory.', { expected: 'DB_HOST=db' });
        }
        if (!isOn(api, 'back')) {
          notYet('api is not on back, so there is nobody called db for it.', {
            expected: 'front, back',
            observed: networksOf(api),
          });
        }
        if (!isOn(api, 'front')) {
          notYet('api reaches the database, but web does not reach api: they have no network in common.', {
            expected: 'front, back',
            observed: networksOf(api),
          });
        }
        expectRunning(context, api);
        const about = await http('http://localhost:8080/api/about');
        if (about.body.includes('"store":"postgres"')) return;
        notYet('What answers on http://localhost:8080/api/about does not use the database.', {
          expected: '"store":"postgres"',
          observed: about.body.trim().slice(0, 120),
        });
      },
      nearMisses: [
        {
          run: 'docker rm -f api api-2 && docker run -d --name api --network front -e DB_HOST=db -e DB_PASSWORD=harbour shop-api:1',
          says: /nobody called db/,
        },
        { run: 'docker network connect back api; docker network connect back web', says: /whoever breaks into web/ },
      ],
    },

    inside: {
      check: async (context) => {
        const { docker, answer, notYet } = context;
        const web = await docker.container('web');
        expectRunning(context, web);
        const given = (answer ?? '').replace(/^tcp\s*/, '');
        const found = (await listeners(web)).filter((place) => !place.endsWith(':80'));
        if (found.includes(given)) return;
        const expected = 'the line of netstat -tln that is not nginx’s';
        if (given.endsWith(':80') || given === '80') {
          notYet('That is nginx. Somebody else listens too.', { expected, observed: given });
        }
        if (given.endsWith(':53') || given === '127.0.0.11') {
          notYet(
            'Programs send their questions to 127.0.0.11, port 53, but nobody listens there. Look at the list once more.',
            {
              expected,
              observed: given,
            },
          );
        }
        notYet('Nobody listens there in the network of web.', { expected, observed: given });
      },
      answer: {
        label: 'Address and port',
        placeholder: '1.2.3.4:56789',
        solve: async ({ docker }) =>
          (await listeners(await docker.container('web'))).find((place) => !place.endsWith(':80')) ?? '',
      },
      nearMisses: [
        { answer: '0.0.0.0:80', says: /That is nginx/ },
        { answer: '127.0.0.11:53', says: /nobody listens there/ },
        { answer: '127.0.0.1:8080', says: /Nobody listens there/ },
      ],
    },
  },
});
