import { defineLab } from '#lab';
import type { CheckContext, ContainerFacts } from '#lab';

const PROJECT = 'shop';
const DATA = '/var/lib/postgresql/data';

const networksOf = (container: ContainerFacts) => container.networks.map(({ name }) => name).join(', ') || 'none';

/** What Compose started: it numbers its containers. Its images have the project's label as well, and hand it on. */
async function containersOf({ docker }: CheckContext): Promise<ContainerFacts[]> {
  return (await docker.containers()).filter(
    ({ labels }) =>
      labels['com.docker.compose.project'] === PROJECT && labels['com.docker.compose.container-number'] !== undefined,
  );
}

/** The containers of a service; "not yet" when there are none. */
async function service(context: CheckContext, name: string): Promise<ContainerFacts[]> {
  const all = await containersOf(context);
  const found = all.filter(({ labels }) => labels['com.docker.compose.service'] === name);
  if (found.length > 0) return found;
  const names = [...new Set(all.map(({ labels }) => labels['com.docker.compose.service']))].join(', ');
  return context.notYet(
    names === '' ? 'Compose has not made anything yet.' : `Compose runs ${names}, but no service ${name}.`,
    { expected: `a service ${name} in the project ${PROJECT}`, observed: names || 'no containers of this project' },
  );
}

async function oneOf(context: CheckContext, name: string): Promise<ContainerFacts> {
  const [first] = await service(context, name);
  return first ?? context.notYet(`There is no service ${name}.`);
}

function expectRunning({ notYet }: CheckContext, { name, state, exitCode, labels }: ContainerFacts): void {
  if (state === 'running') return;
  const part = labels['com.docker.compose.service'];
  notYet(`${name} is not running. docker compose logs ${part} may say why.`, {
    expected: 'running',
    observed: state === 'exited' ? `exited, code ${exitCode}` : state,
  });
}

/** The password of the database in a variable, where everybody who may look at the container reads it. */
function expectNoPassword({ notYet }: CheckContext, container: ContainerFacts): void {
  const name = ['POSTGRES_PASSWORD', 'DB_PASSWORD', 'PGPASSWORD'].find((key) => container.env[key] !== undefined);
  if (name) {
    notYet(`The password is in the variable ${name}, so docker inspect ${container.name} shows it.`, {
      expected: `${name}_FILE, which names a file under /run/secrets`,
      observed: name,
    });
  }
  if (!container.mounts.some(({ destination }) => destination.startsWith('/run/secrets/'))) {
    notYet(`${container.name} has no secret: nothing is mounted under /run/secrets.`, {
      expected: 'secrets: [db-password] in the service, and secrets: at the end of the file',
    });
  }
}

/** The application with a database, as somebody writes it who gets a part wrong. */
const application = (api: string, db: string) => `cat > compose.yaml <<'END'
services:
  web: { build: web, networks: [front], ports: ['8080:80'] }
  api: { build: api, networks: [front, back], ${api} }
  db: { image: postgres:17, networks: [back], ${db} }
networks: { front: {}, back: { internal: true } }
volumes: { orders: {} }
secrets: { db-password: { file: ./db-password.txt } }
END
docker compose up -d`;
const SECRET = '/run/secrets/db-password';
const UP = 'docker compose up -d';

export default defineLab({
  sandbox: {
    images: ['node:22-slim', 'nginx:1.26', 'postgres:17'],
    files: ['../../application/files', './files'],
  },
  tasks: {
    up: {
      check: async (context) => {
        const { http, expect, notYet } = context;
        const web = await oneOf(context, 'web');
        if (web.state === 'created') {
          notYet('The containers are made, but not started.', {
            expected: 'docker compose up -d',
            observed: 'created',
          });
        }
        expectRunning(context, web);
        expectRunning(context, await oneOf(context, 'api'));
        const about = await http('http://localhost:8080/api/about');
        expect(about.status, 'the status of http://localhost:8080/api/about').toBe(200);
      },
      nearMisses: [
        { run: 'cd ~ && docker compose up -d', says: /Compose has not made anything/ },
        { run: 'cd ~/shop && docker compose up -d web', says: /Compose runs web, but no service api/ },
      ],
    },

    database: {
      check: async (context) => {
        const { notYet } = context;
        const db = await oneOf(context, 'db');
        const api = await oneOf(context, 'api');
        expectNoPassword(context, db);
        if (!api.env['DB_HOST']) {
          notYet('The database is there, but the API does not know of it: it has no DB_HOST.', {
            expected: 'DB_HOST: db in the environment of api',
          });
        }
        expectNoPassword(context, api);
        const data = db.mounts.find(({ destination }) => destination === DATA);
        if (data?.type !== 'volume' || /^[0-9a-f]{64}$/.test(data.name ?? '')) {
          notYet('The data of db has no volume with a name, so the next container will not find it.', {
            expected: `orders:${DATA}`,
            observed: data ? `${data.type} ${data.name ?? data.source}` : `nothing at ${DATA}`,
          });
        }
        if (db.networks.some(({ name }) => name !== `${PROJECT}_back`)) {
          notYet('db must be on back, and on no other network: web could reach it.', {
            expected: `${PROJECT}_back`,
            observed: networksOf(db),
          });
        }
        expectRunning(context, db);
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
        notYet('The database has no products, or is not ready yet. Its first start makes the tables from init.sql.', {
          expected: 'init.sql mounted; after a first start without it, docker compose down -v, and up again',
          observed: stdout.trim() || 'no table products in a database shop',
        });
      },
      nearMisses: [
        {
          run: application(
            'environment: { DB_HOST: db, DB_PASSWORD: harbour }',
            `environment: { POSTGRES_DB: shop, POSTGRES_PASSWORD: harbour }, volumes: ['orders:${DATA}']`,
          ),
          says: /docker inspect .* shows it/,
        },
        {
          run: application(
            `environment: { DB_HOST: db, DB_PASSWORD_FILE: ${SECRET} }, secrets: [db-password]`,
            `environment: { POSTGRES_DB: shop, POSTGRES_PASSWORD_FILE: ${SECRET} }, secrets: [db-password]`,
          ),
          says: /no volume with a name/,
        },
      ],
    },

    ready: {
      check: async (context) => {
        const { http, notYet } = context;
        const db = await oneOf(context, 'db');
        const api = await oneOf(context, 'api');
        if (!db.healthcheck) {
          notYet('db has no health check, so nobody can know when it is ready.', {
            expected: 'healthcheck: in the service db',
            observed: 'none',
          });
        }
        const needs = api.labels['com.docker.compose.depends_on'] ?? '';
        if (!needs.includes('db:service_healthy')) {
          notYet(
            needs.includes('db:')
              ? 'api waits until db is started. It must wait until db is healthy.'
              : 'api does not wait for db. If it works, it is because it failed until db was ready.',
            { expected: 'depends_on with condition: service_healthy', observed: needs || 'no depends_on' },
          );
        }
        if (db.health !== 'healthy') {
          notYet('db is not healthy.', {
            expected: 'healthy',
            observed: `${db.health}${db.healthOutput === '' ? '' : `: ${db.healthOutput.trim().slice(0, 120)}`}`,
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
          run: `sed -i 's/^    image: postgres:17$/&\\n    healthcheck: { test: pg_isready -h 127.0.0.1 -U postgres, interval: 1s, start_period: 30s }/; s/^    build: api$/&\\n    depends_on: [db]/' compose.yaml; ${UP}`,
          says: /waits until db is started/,
        },
        {
          run: `sed -i 's/^    image: postgres:17$/&\\n    healthcheck: { test: pg_isready -h 127.0.0.1 -U postgres, interval: 1s, start_period: 30s }/; s/^    build: api$/&\\n    restart: on-failure/' compose.yaml; ${UP}`,
          says: /it failed until db was ready/,
        },
      ],
    },

    scale: {
      check: async (context) => {
        const { exec, notYet } = context;
        const apis = await service(context, 'api');
        const webs = await service(context, 'web');
        if (webs.length > 1) {
          notYet('web was multiplied. It has a fixed port of the machine, and only one container can have it.', {
            expected: 'three of api, one of web',
            observed: `${webs.length} of web`,
          });
        }
        const running = apis.filter(({ state }) => state === 'running');
        if (running.length !== 3) {
          notYet('The service api does not have three running containers.', {
            expected: '3',
            observed: `${running.length} of the service, on ${(await containersOf(context)).length} containers of the project`,
          });
        }
        const { stdout } = await exec('for i in $(seq 16); do curl -s -m 2 localhost:8080/api/about; done');
        const servers = new Set([...stdout.matchAll(/"servedBy":"([^"]+)"/g)].map(([, name]) => name));
        if (servers.size >= 2) return;
        notYet('Three APIs run, but all requests reach the same one, or none yet.', {
          expected: 'answers from several containers',
          observed: [...servers].join(', ') || 'no answer on http://localhost:8080/api/about',
        });
      },
      nearMisses: [
        { run: `${UP} --scale web=3`, says: /It has a fixed port of the machine/ },
        {
          run: 'docker run -d --name shop-api-2 --network shop_front shop-api; docker run -d --name shop-api-3 --network shop_front shop-api',
          says: /1 of the service/,
        },
      ],
    },

    update: {
      check: async (context) => {
        const { docker, notYet } = context;
        const apis = await service(context, 'api');
        const image = await docker.image(apis[0]?.imageId ?? '');
        const version = image.config.env['VERSION'];
        if (version !== '2.0.0') {
          const painted = apis.some(({ env }) => env['VERSION'] === '2.0.0');
          notYet(
            painted
              ? 'The new number is painted on: the containers have the variable, but their image is the old one.'
              : 'The API runs from its old image. The file is changed; was the image built again, and the container replaced?',
            { expected: 'VERSION=2.0.0 in the image', observed: `VERSION=${version}` },
          );
        }
        const old = apis.find(({ imageId }) => imageId !== image.id);
        if (old) notYet(`${old.name} still runs from another image.`, { expected: 'all of api from the new image' });
        for (const name of ['db', 'web']) {
          const { startedAt } = await oneOf(context, name);
          // Compose makes all containers that it needs before it starts the first.
          if (startedAt && apis.some(({ createdAt }) => createdAt < startedAt)) {
            notYet(`${name} was restarted as well. Customers have noticed.`, {
              expected: 'only api replaced',
              observed: `${name} was started after the new api was made`,
            });
          }
        }
        for (const api of apis) expectRunning(context, api);
      },
      nearMisses: [
        {
          run: `sed -i 's/^    build: api$/    build: { context: api, args: { VERSION: 2.0.0 } }/' compose.yaml; ${UP}`,
          says: /runs from its old image/,
        },
        {
          run: `sed -i 's/^    build: api$/    build: { context: api, args: { VERSION: 2.0.0 } }/' compose.yaml; docker compose down; ${UP} --build`,
          says: /was restarted as well/,
        },
      ],
    },

    down: {
      check: async (context) => {
        const { docker, notYet } = context;
        const left = await containersOf(context);
        const running = left.filter(({ state }) => state === 'running');
        if (running.length > 0) {
          notYet('The application is still running.', { observed: running.map(({ name }) => name).join(', ') });
        }
        if (left.length > 0) {
          notYet('The containers are stopped, but they are still there.', {
            expected: 'no containers of the application',
            observed: left.map(({ name }) => name).join(', '),
          });
        }
        const networks = (await docker.networks()).filter(({ name }) => name.startsWith(`${PROJECT}_`));
        if (networks.length > 0) {
          notYet('The containers are gone, but the networks of the application are still there.', {
            expected: 'what docker compose down leaves: nothing but the volume',
            observed: networks.map(({ name }) => name).join(', '),
          });
        }
        const volumes = (await docker.volumes()).map(({ name }) => name);
        if (volumes.includes(`${PROJECT}_orders`)) return;
        notYet('There is no volume with the orders. If there was one, they are lost.', {
          expected: `${PROJECT}_orders`,
          observed: volumes.join(', ') || 'no volumes',
        });
      },
      nearMisses: [
        { run: 'docker compose stop -t 2', says: /stopped, but they are still there/ },
        { run: 'docker compose down -v', says: /no volume with the orders/ },
      ],
    },
  },
});
