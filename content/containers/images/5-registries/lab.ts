import { defineLab } from '#lab';
import type { CheckContext } from '#lab';

const HOST = 'registry.shop.test';
const REPOSITORY = 'harbour/shop';
const NAME = `${HOST}/${REPOSITORY}`;
const DOCKER_HUB = 'https://index.docker.io/v1/';
const FULL_NAME = 'docker.io/library/busybox:1.37';

interface DockerConfig {
  auths?: Record<string, { auth?: string }>;
}

/** What the docker command has stored for this learner. */
async function dockerConfig({ files, notYet }: CheckContext): Promise<DockerConfig> {
  const file = '.docker/config.json';
  if (!(await files.exists(file))) return {};
  try {
    return JSON.parse(await files.read(file)) as DockerConfig;
  } catch {
    return notYet(`~/${file} is no JSON any more, so docker can’t read it.`, { expected: 'what docker login wrote' });
  }
}

/** `learner:password`, as it is stored for the registry; undefined without a login. */
async function storedLogin(context: CheckContext): Promise<string | undefined> {
  const auth = (await dockerConfig(context)).auths?.[HOST]?.auth;
  return auth === undefined ? undefined : Buffer.from(auth, 'base64').toString('utf8');
}

const password = async ({ files }: CheckContext) => (await files.read('registry/password')).trim();

export default defineLab({
  sandbox: { images: ['busybox:1.37'], files: './files', privateRegistry: true },
  tasks: {
    'full-name': {
      check: ({ answer, notYet }) => {
        const given = answer ?? '';
        if (given === FULL_NAME) return;
        if (given === '') notYet('Type the whole name, from the host to the tag.');
        if (!given.endsWith(':1.37')) notYet('The tag is part of the name.', { expected: '…:1.37', observed: given });
        if (/^(https?:|hub\.docker\.com|www\.)/.test(given)) {
          notYet('That is the web site, for people. Docker asks the registry behind it, which has a shorter name.', {
            expected: 'the host that docker pull prints',
            observed: given,
          });
        }
        if (given === 'docker.io/busybox:1.37') {
          notYet('The host is right. Between it and the name stands the namespace, which Docker Hub’s own images have too.', {
            expected: 'three parts with / between them',
            observed: given,
          });
        }
        if (!given.startsWith('docker.io/')) {
          notYet('The host is missing: the registry that the image came from.', {
            expected: 'a host, a namespace, a name, a tag',
            observed: given,
          });
        }
        notYet('That is not the name that docker pull printed.', { expected: 'its last line', observed: given });
      },
      answer: { label: 'Full name of busybox:1.37', placeholder: 'host/namespace/name:tag', solve: () => FULL_NAME },
      nearMisses: [
        { answer: 'docker.io/busybox:1.37', says: /Between it and the name stands the namespace/ },
        { answer: 'library/busybox:1.37', says: /The host is missing/ },
        { answer: 'hub.docker.com/_/busybox:1.37', says: /web site, for people/ },
        { answer: 'docker.io/library/busybox', says: /The tag is part of the name/ },
      ],
    },

    name: {
      check: async ({ docker, notYet }) => {
        const shop = await docker.image('shop:1');
        if (await docker.hasImage(`${NAME}:1`)) {
          const named = await docker.image(`${NAME}:1`);
          if (named.id === shop.id) return;
          notYet(`${NAME}:1 is another image than shop:1.`, { expected: 'one image with two names' });
        }
        const names = (await docker.images()).flatMap(({ tags }) => tags).filter((tag) => tag.includes('/'));
        const near = names.find((tag) => tag.endsWith('/shop:1') || tag.endsWith('/shop:latest')) ?? names[0];
        const observed = near ?? 'no such name';
        if (near?.endsWith(':latest')) {
          notYet('The new name has no tag, so Docker put one there: latest.', { expected: `${NAME}:1`, observed });
        }
        if (near !== undefined && !near.startsWith(HOST)) {
          notYet(
            `${near} has no host: a first part without a dot is a namespace of Docker Hub, and a push would go there.`,
            { expected: `${NAME}:1`, observed },
          );
        }
        if (near === `${HOST}/shop:1`) {
          notYet('The namespace is missing: the team harbour keeps its images below its own name.', {
            expected: `${NAME}:1`,
            observed,
          });
        }
        notYet('The image shop:1 has no second name yet.', { expected: `${NAME}:1`, observed });
      },
      nearMisses: [
        { run: 'docker tag shop:1 harbour/shop:1', says: /has no host/ },
        { run: 'docker tag shop:1 registry/harbour/shop:1', says: /has no host/ },
        { run: 'docker tag shop:1 registry.shop.test/shop:1', says: /namespace is missing/ },
        { run: 'docker tag shop:1 registry.shop.test/harbour/shop', says: /Docker put one there: latest/ },
      ],
    },

    login: {
      check: async (context) => {
        const { notYet } = context;
        const login = await storedLogin(context);
        if (login === `learner:${await password(context)}`) return;
        if (login !== undefined) {
          notYet('There is a login for the registry, but not with the name and password that it knows.', {
            expected: 'user learner, and the password in ~/registry/password',
            observed: `user ${login.split(':')[0]}`,
          });
        }
        if ((await dockerConfig(context)).auths?.[DOCKER_HUB] !== undefined) {
          notYet('You gave the password to Docker Hub: without a host, docker login means docker.io.', {
            expected: `a login for ${HOST}`,
            observed: `a login for ${DOCKER_HUB}`,
          });
        }
        notYet('docker has no login for the registry yet. “unauthorized” means that the name or the password was wrong.', {
          expected: `a login for ${HOST}`,
          observed: 'none',
        });
      },
      nearMisses: [
        { run: 'docker login -u learner --password-stdin < ~/registry/password', says: /gave the password to Docker Hub/ },
        {
          run: 'echo ~/registry/password | docker login -u learner --password-stdin registry.shop.test',
          says: /no login for the registry yet/,
        },
      ],
    },

    stored: {
      check: async (context) => {
        const { answer, notYet } = context;
        const given = answer ?? '';
        const login = await storedLogin(context);
        if (login === undefined) return notYet('There is no login for the registry, so nothing is stored.');
        if (given === login) return;
        if (given === '') notYet('Type what is stored, in plain text.');
        if (given === Buffer.from(login).toString('base64')) {
          notYet('That is how it is stored: base64, a way of writing bytes with letters. Write it back to text.', {
            expected: 'user:password',
            observed: given,
          });
        }
        if (login.endsWith(`:${given}`) || login.startsWith(`${given}:`)) {
          notYet('That is half of it: there are two parts, with a colon between them.', {
            expected: 'user:password',
            observed: given,
          });
        }
        notYet('That is not what the file says about registry.shop.test.', {
          expected: 'the value of auth, decoded from base64',
          observed: given,
        });
      },
      answer: {
        label: 'What auth says in plain text',
        placeholder: 'user:password',
        solve: async (context) => (await storedLogin(context)) ?? '',
      },
      nearMisses: [
        {
          answer: async (context) => Buffer.from((await storedLogin(context)) ?? '').toString('base64'),
          says: /how it is stored: base64/,
        },
        { answer: password, says: /half of it/ },
      ],
    },

    push: {
      check: async ({ docker, registry, notYet }) => {
        if (!(await registry.hasImage(`${REPOSITORY}:1`))) {
          const repositories = await registry.repositories();
          const other = repositories.find((one) => one !== REPOSITORY);
          const tags = await registry.tags(REPOSITORY);
          if (other !== undefined && tags.length === 0) {
            notYet(`The registry has an image now, but in another repository: ${other}.`, {
              expected: `${NAME}:1`,
              observed: `${HOST}/${other}`,
            });
          }
          if (tags.length > 0) {
            notYet(`The registry has ${REPOSITORY}, but not with the tag 1.`, {
              expected: `${NAME}:1`,
              observed: `the tags ${tags.join(', ')}`,
            });
          }
          notYet('The registry is still empty. docker push takes the name under which the image should be there.', {
            expected: `${NAME}:1 in the registry`,
            observed: 'an empty registry',
          });
        }
        const pushed = await registry.image(`${REPOSITORY}:1`);
        if (pushed.id !== (await docker.image('shop:1')).id) {
          notYet('What lies in the registry under this name is another image than your shop:1.', {
            expected: 'the ID of shop:1',
            observed: pushed.id,
          });
        }
      },
      nearMisses: [
        { run: 'docker push harbour/shop:1; docker push shop:1', says: /registry is still empty/ },
        {
          run: 'docker tag shop:1 registry.shop.test/shop:1 && docker push registry.shop.test/shop:1',
          says: /in another repository/,
        },
        {
          run: 'docker tag shop:1 registry.shop.test/harbour/shop && docker push registry.shop.test/harbour/shop',
          says: /not with the tag 1/,
        },
        {
          run: 'docker tag busybox:1.37 registry.shop.test/harbour/shop:1 && docker push registry.shop.test/harbour/shop:1',
          says: /another image than your shop:1/,
        },
      ],
    },

    pull: {
      check: async ({ docker, http, registry, expect, notYet }) => {
        const { digest } = await registry.image(`${REPOSITORY}:1`);
        const shop = await docker.container('shop');
        const wanted = `${NAME}@${digest}`;
        if (shop.image !== wanted) {
          if (shop.image.startsWith(`${NAME}:`)) {
            notYet('The container was asked for by its tag. A tag can be moved to another image; the digest can’t.', {
              expected: wanted,
              observed: shop.image,
            });
          }
          notYet('The container shop was not started by the digest of harbour/shop:1.', {
            expected: wanted,
            observed: shop.image,
          });
        }
        if (shop.state !== 'running') notYet('The container shop is not running.', { observed: shop.state });
        expect((await http('http://localhost:8080/')).body, 'the answer on port 8080').toContain('The Harbour Shop');
      },
      nearMisses: [
        {
          run: 'docker run -d --name shop -p 8080:8080 registry.shop.test/harbour/shop:1',
          says: /asked for by its tag/,
        },
        {
          run: 'cd ~/shop && docker build -t shop:1 . && docker run -d --name shop -p 8080:8080 shop:1',
          says: /not started by the digest/,
        },
      ],
    },

    logout: {
      check: async (context) => {
        const { docker, registry, files, notYet } = context;
        if (!(await registry.hasImage(`${REPOSITORY}:1`)) || !(await docker.hasContainer('shop'))) {
          notYet('First push the image and start the shop from it: this task comes last.');
        }
        if ((await storedLogin(context)) !== undefined) {
          const without = !(await files.exists('registry/password'));
          notYet(
            without
              ? 'The file that you were given is gone, but docker has stored the password in a file of its own.'
              : 'The login for registry.shop.test is still there. Like docker login, docker logout wants the host.',
            { expected: `no entry for ${HOST} in ~/.docker/config.json`, observed: 'an entry with the password' },
          );
        }
      },
      nearMisses: [
        { run: 'docker logout', says: /docker logout wants the host/ },
        { run: 'rm ~/registry/password', says: /in a file of its own/ },
      ],
    },
  },
});
