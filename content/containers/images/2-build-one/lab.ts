import { defineLab } from '#lab';
import type { CheckContext, ContainerFacts, ImageFacts } from '#lab';

/** The container of this name, running, from exactly this image. */
async function runningFrom(
  { docker, notYet }: CheckContext,
  name: string,
  image: ImageFacts,
  tag: string,
): Promise<ContainerFacts> {
  const container = await docker.container(name);
  if (container.imageId !== image.id) {
    notYet(`The container ${name} was not made from ${tag}: a container keeps the image that it was made from.`, {
      expected: `container ${name} from the image ${tag}`,
      observed: `container ${name} from ${container.image}`,
    });
  }
  if (container.state !== 'running') {
    notYet(`The container ${name} is not running. docker logs ${name} may say why.`, {
      expected: 'running',
      observed: `${container.state}, exit code ${container.exitCode}`,
    });
  }
  return container;
}

/** The shop's page on this port of the machine. */
async function shopPage({ http, expect }: CheckContext, port: number): Promise<string> {
  const page = await http(`http://localhost:${port}/`);
  expect(page.body, `the answer on port ${port}`).toContain('The Harbour Shop');
  return page.body;
}

/** Ends with "not yet" when there is no such image, because the build failed or the image got no name or another one. */
async function builtImage({ docker, notYet }: CheckContext, tag: string, afterFailure: string): Promise<ImageFacts> {
  if (await docker.hasImage(tag)) return docker.image(tag);
  const images = (await docker.images()).sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  if (images[0]?.tags.length === 0) {
    notYet(`There is an image without a name, but no ${tag}. docker build -t gives the name.`, {
      expected: `an image ${tag}`,
      observed: 'an image without a name',
    });
  }
  const names = images.flatMap((image) => image.tags).slice(0, 5);
  return notYet(`There is no image ${tag} yet. ${afterFailure}`, {
    expected: `an image ${tag}`,
    observed: names.length === 0 ? 'no image' : `images: ${names.join(', ')}`,
  });
}

const writes = (image: ImageFacts, pattern: RegExp) => image.history.find((step) => pattern.test(step.instruction));

export default defineLab({
  sandbox: {
    images: ['node:22-slim'],
    files: ['../../files', './files'],
    setup: ['mkdir -p shop/photos && head -c 30000000 /dev/urandom > shop/photos/harbour.raw'],
  },
  tasks: {
    recipe: {
      check: async (context) => {
        const { expect, notYet } = context;
        const image = await builtImage(context, 'shop:1', 'If the build stopped, its last lines say at which step.');
        const { config } = image;
        if (!writes(image, /^RUN .*npm (ci|install)/)) {
          notYet('shop:1 has the code, but not its dependencies: no step installs them.', { expected: 'RUN npm ci' });
        }
        expect(
          config.workingDir,
          'the working folder of shop:1',
          config.workingDir === '/app'
            ? undefined
            : 'Without WORKDIR /app the files of the shop lie among those of the system, in /.',
        ).toBe('/app');
        if (config.cmd[0] === '/bin/sh' && config.cmd[1] === '-c') {
          notYet(
            'CMD is a plain line, so a shell starts first and keeps the signal of docker stop to itself: stopping takes ten seconds.',
            {
              expected: 'CMD ["node", "server.js"]',
              observed: config.cmd.join(' '),
            },
          );
        }
        const command = [...config.entrypoint, ...config.cmd].join(' ');
        if (!/server\.js|npm (run )?start/.test(command)) {
          notYet('shop:1 does not start the shop: its command is still that of the base image.', {
            expected: 'CMD ["node", "server.js"]',
            observed: config.cmd.join(' '),
          });
        }
      },
      nearMisses: [
        {
          run: `cd ~/shop && printf '%s\\n' 'FROM node:22-slim' 'WORKDIR /app' 'COPY . .' 'RUN npm ci' 'CMD ["node", "server.js"]' > Dockerfile && docker build .`,
          says: /image without a name/,
        },
        {
          run: `cd ~/shop && printf '%s\\n' 'FROM node:22-slim' 'COPY . .' 'RUN npm ci' 'CMD ["node", "server.js"]' > Dockerfile && docker build -t shop:1 .`,
          says: /lie among those of the system/,
        },
        {
          run: `cd ~/shop && printf '%s\\n' 'FROM node:22-slim' 'WORKDIR /app' 'COPY . .' 'CMD ["node", "server.js"]' > Dockerfile && docker build -t shop:1 .`,
          says: /no step installs them/,
        },
        {
          run: `cd ~/shop && printf '%s\\n' 'FROM node:22-slim' 'WORKDIR /app' 'COPY . .' 'RUN npm ci' 'CMD node server.js' > Dockerfile && docker build -t shop:1 .`,
          says: /a shell starts first/,
        },
        {
          run: `cd ~/shop && printf '%s\\n' 'FROM node:22-slim' 'WORKDIR /app' 'COPY . .' 'RUN npm ci' 'RUN ["node", "--check", "server.js"]' > Dockerfile && docker build -t shop:1 .`,
          says: /still that of the base image/,
        },
      ],
    },

    environment: {
      check: async (context) => {
        const { docker, notYet } = context;
        if (!(await docker.hasImage('shop:2'))) {
          const shop = (await docker.hasContainer('shop')) ? await docker.container('shop') : undefined;
          if (shop?.env['HOST'] === '0.0.0.0') {
            notYet(
              'This container was told its HOST when it was started. The image does not bring it yet: the next container lacks it.',
              {
                expected: 'an image shop:2 with HOST in its environment',
                observed: 'HOST set with docker run -e',
              },
            );
          }
        }
        const image = await builtImage(context, 'shop:2', 'It is shop:1 with one more setting.');
        const host = image.config.env['HOST'];
        if (host === undefined && writes(image, /^RUN .*HOST=/)) {
          notYet('The variable was set in the shell of a RUN step, and was gone when the step ended.', {
            expected: 'HOST in the environment of shop:2',
            observed: 'no HOST',
          });
        }
        if (host !== '0.0.0.0') {
          notYet('The environment of shop:2 does not say HOST=0.0.0.0.', {
            expected: 'HOST=0.0.0.0',
            observed: host === undefined ? 'no HOST' : `HOST=${host}`,
          });
        }
        await runningFrom(context, 'shop', image, 'shop:2');
        await shopPage(context, 8080);
      },
      nearMisses: [
        {
          run: 'docker rm -f shop && docker run -d --name shop -p 8080:3000 -e HOST=0.0.0.0 shop:1',
          says: /told its HOST when it was started/,
        },
        {
          run: `cd ~/shop && sed -i 's/^CMD/RUN export HOST=0.0.0.0\\nCMD/' Dockerfile && docker build -t shop:2 . && docker rm -f shop && docker run -d --name shop -p 8080:3000 shop:2`,
          says: /shell of a RUN step/,
        },
        {
          run: `cd ~/shop && sed -i 's/^CMD/ENV HOST=0.0.0.0\\nCMD/' Dockerfile && docker build -t shop:2 . && docker restart shop`,
          says: /not made from shop:2/,
        },
        {
          run: `cd ~/shop && sed -i 's/^CMD/ENV HOST=localhost\\nCMD/' Dockerfile && docker build -t shop:2 .`,
          says: /does not say HOST=0\.0\.0\.0/,
        },
      ],
    },

    context: {
      check: async (context) => {
        const { files, notYet } = context;
        const image = await builtImage(
          context,
          'shop:3',
          'Build it once the context has what the shop needs, and no more.',
        );
        if (writes(image, /^RUN .*\brm\b.*(\.env|photos)/)) {
          const copied = writes(image, /^COPY/);
          notYet(
            'A later step deletes the files, but the layer of COPY still has them: whoever has the image can read them.',
            {
              expected: 'files that COPY never sees, thanks to .dockerignore',
              observed: `a COPY layer of ${Math.round((copied?.size ?? 0) / 1e6)} MB`,
            },
          );
        }
        const shop = await runningFrom(context, 'shop', image, 'shop:3');
        const { stdout } = await shop.exec(['ls', '-A', image.config.workingDir || '/app']);
        const inside = stdout.split('\n');
        const unwanted = ['.env', 'photos'].filter((name) => inside.includes(name));
        if (unwanted.length > 0) {
          const misplaced = (await files.exists('.dockerignore')) && !(await files.exists('shop/.dockerignore'));
          notYet(
            misplaced
              ? 'The .dockerignore in your home folder does nothing here: it belongs at the top of the build context.'
              : `${unwanted.join(' and ')} ${unwanted.length > 1 ? 'are' : 'is'} still in the image.`,
            {
              expected: misplaced ? '~/shop/.dockerignore' : `no ${unwanted.join(', no ')} in /app`,
              observed: unwanted.join(', '),
            },
          );
        }
        await shopPage(context, 8080);
      },
      nearMisses: [
        {
          run: `cd ~/shop && sed -i 's/^CMD/RUN rm -rf .env photos\\nCMD/' Dockerfile && docker build -t shop:3 . && docker rm -f shop && docker run -d --name shop -p 8080:3000 shop:3`,
          says: /layer of COPY still has them/,
        },
        {
          run: `cd ~ && printf '.env\\nphotos\\n' > .dockerignore && docker build -t shop:3 shop && docker rm -f shop && docker run -d --name shop -p 8080:3000 shop:3`,
          says: /at the top of the build context/,
        },
        {
          run: `cd ~/shop && printf 'photos\\n' > .dockerignore && docker build -t shop:3 . && docker rm -f shop && docker run -d --name shop -p 8080:3000 shop:3`,
          says: /\.env is still in the image/,
        },
      ],
    },

    'two-shops': {
      check: async (context) => {
        const { docker, expect, notYet } = context;
        const image = await docker.image('shop:3');
        const shopUs = await docker.container('shop-us');
        if (shopUs.cmd.includes('-e') || shopUs.cmd.some((word) => word.startsWith('SHOP_CURRENCY='))) {
          notYet('The option -e stands after the image’s name, so Docker took it for the command to run.', {
            expected: 'docker run … -e SHOP_CURRENCY=USD shop:3',
            observed: `the command ${shopUs.cmd.join(' ')}`,
          });
        }
        const own =
          shopUs.imageId === image.id ? undefined : (await docker.images()).find((each) => each.id === shopUs.imageId);
        if (own?.config.env['SHOP_CURRENCY'] !== undefined) {
          notYet(
            'You built a second image for the second shop. One image is enough: the container can be told its currency.',
            {
              expected: 'shop-us from shop:3',
              observed: `shop-us from ${shopUs.image}`,
            },
          );
        }
        await runningFrom(context, 'shop-us', image, 'shop:3');
        if (shopUs.env['SHOP_CURRENCY'] !== 'USD') {
          const similar = Object.keys(shopUs.env).find((name) => /currency/i.test(name));
          notYet(
            similar === undefined || similar === 'SHOP_CURRENCY'
              ? 'The container shop-us does not have SHOP_CURRENCY=USD in its environment.'
              : `The container has a variable ${similar}, but the shop reads SHOP_CURRENCY: capitals matter.`,
            {
              expected: 'SHOP_CURRENCY=USD',
              observed: similar === undefined ? 'no such variable' : `${similar}=${shopUs.env[similar]}`,
            },
          );
        }
        const [euros, dollars] = [await shopPage(context, 8080), await shopPage(context, 8081)];
        expect(dollars, 'the prices on port 8081').toContain('$');
        expect(euros, 'the prices on port 8080').toContain('€');
      },
      nearMisses: [
        {
          run: 'docker run -d --name shop-us -p 8081:3000 shop:3 -e SHOP_CURRENCY=USD',
          says: /after the image’s name/,
        },
        {
          run: `cd ~/shop && sed 's/^CMD/ENV SHOP_CURRENCY=USD\\nCMD/' Dockerfile | docker build -t shop:us -f - . && docker run -d --name shop-us -p 8081:3000 shop:us`,
          says: /One image is enough/,
        },
        {
          run: 'docker run -d --name shop-us -p 8081:3000 -e shop_currency=USD shop:3',
          says: /capitals matter/,
        },
      ],
    },

    user: {
      check: async (context) => {
        const { notYet } = context;
        const image = await builtImage(
          context,
          'shop:4',
          'If the build stopped with EACCES, npm was already running as the plain user, who may not write into /app: move USER below RUN npm ci.',
        );
        const { user } = image.config;
        if (user === '' || /^(root|0)(:|$)/.test(user)) {
          const shop = (await context.docker.hasContainer('shop')) ? await context.docker.container('shop') : undefined;
          const toldAtStart = shop?.user !== undefined && shop.user !== '' && shop.imageId === image.id;
          notYet(
            toldAtStart
              ? 'This container was told its user when it was started. The image says nothing: the next container runs as root.'
              : 'shop:4 still runs as root.',
            { expected: 'USER node', observed: user === '' ? 'no USER in the image' : `USER ${user}` },
          );
        }
        await runningFrom(context, 'shop', image, 'shop:4');
        await shopPage(context, 8080);
      },
      nearMisses: [
        {
          run: `cd ~/shop && sed -i 's/^COPY/USER node\\nCOPY/' Dockerfile; docker build -t shop:4 .`,
          says: /move USER below RUN npm ci/,
        },
        {
          run: 'docker tag shop:3 shop:4 && docker rm -f shop && docker run -d --name shop --user node -p 8080:3000 shop:4',
          says: /told its user when it was started/,
        },
        {
          run: `cd ~/shop && sed -i 's/^CMD/RUN su node\\nCMD/' Dockerfile && docker build -t shop:4 . && docker rm -f shop && docker run -d --name shop -p 8080:3000 shop:4`,
          says: /still runs as root/,
        },
      ],
    },
  },
});
