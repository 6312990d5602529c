import { defineLab, NotYet } from '#lab';
import type { CheckContext, ContainerFacts, ImageFacts } from '#lab';

const NODE = '/usr/local/bin/node';
const NPM = '/usr/local/lib/node_modules/npm/package.json';
const SHELL = '/bin/sh';
/** Docker's exit code when there is no such program. */
const NOT_FOUND = 127;
const PACKAGE_LIST = '/var/lib/dpkg/status';
/** The Debian packages that node’s libraries come from. */
const LIBRARY_PACKAGES = ['libc6', 'libgcc-s1', 'libstdc++6'];

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

/** A file inside a container; undefined when it is not there. */
async function read(container: ContainerFacts, path: string): Promise<string | undefined> {
  try {
    return await container.readFile(path);
  } catch (error) {
    if (error instanceof NotYet) return undefined;
    throw error;
  }
}

/** Names of the installed packages in a list of Debian's. */
function packagesIn(list: string): string[] {
  return list
    .split('\n\n')
    .filter((entry) => /^Status: .* installed$/m.test(entry))
    .flatMap((entry) => /^Package: (\S+)$/m.exec(entry)?.[1] ?? []);
}

/** Ends with "not yet" when there is no such image; `hints` are the reasons that builds of this task stop for. */
async function builtImage(context: CheckContext, tag: string): Promise<ImageFacts> {
  const { docker, files, notYet } = context;
  if (await docker.hasImage(tag)) return docker.image(tag);
  const recipe = (await files.exists('shop/Dockerfile')) ? await files.read('shop/Dockerfile') : '';
  const observed = 'no such image';
  const stages = recipe.split(/^(?=FROM )/im).filter((stage) => /^FROM /i.test(stage));
  const last = stages.at(-1) ?? '';
  if (/--from=/.test(recipe) && stages.length < 2) {
    notYet(`There is no image ${tag} yet. --from= names an earlier stage, and this Dockerfile has only one FROM.`, {
      expected: 'two stages: FROM … AS build, and a second FROM',
      observed,
    });
  }
  if (/--from=build/.test(recipe) && !/^FROM .* AS build$/im.test(recipe)) {
    notYet(`There is no image ${tag} yet. --from=build looks for a stage of that name, and no FROM line gives it.`, {
      expected: 'FROM node:22-slim AS build',
      observed,
    });
  }
  if (/^FROM debian/i.test(last) && /^RUN .*npm/im.test(last)) {
    notYet(`There is no image ${tag} yet. The stage that starts from Debian has no npm; only the first stage has it.`, {
      expected: 'RUN npm ci in the first stage, and COPY --from=build in the second',
      observed,
    });
  }
  if (/^FROM scratch/i.test(last) && /^RUN /im.test(last)) {
    notYet(`There is no image ${tag} yet. RUN starts a shell, and in an empty image there is none.`, {
      expected: 'RUN only in the first stage',
      observed,
    });
  }
  return notYet(`There is no image ${tag} yet. If the build stopped, its last lines say at which step.`, {
    expected: `an image ${tag}`,
    observed,
  });
}

/** The container `shop`, running from exactly this image and answering on port 8080. */
async function shopFrom(context: CheckContext, tag: string): Promise<{ image: ImageFacts; shop: ContainerFacts }> {
  const { docker, http, expect, notYet } = context;
  const image = await builtImage(context, tag);
  const shop = await docker.container('shop');
  if (shop.imageId !== image.id) {
    notYet(`The container shop still runs from another image. Remove it, and start it from ${tag}.`, {
      expected: `container shop from ${tag}`,
      observed: `container shop from ${shop.image}`,
    });
  }
  if (shop.state !== 'running') await whyNotRunning(context, shop);
  const page = await http('http://localhost:8080/');
  expect(page.body, 'the answer on port 8080').toContain('The Harbour Shop');
  return { image, shop };
}

async function whyNotRunning({ docker, notYet }: CheckContext, shop: ContainerFacts): Promise<never> {
  const observed = `${shop.state}, exit code ${shop.exitCode}`;
  const image = await docker.image(shop.imageId);
  const command = [...image.config.entrypoint, ...image.config.cmd];
  if (command[0] === SHELL && (await read(shop, SHELL)) === undefined) {
    notYet('CMD is a plain line, so Docker looks for a shell to start it, and this image has none.', {
      expected: `CMD ["${NODE}", "server.js"]`,
      observed: command.join(' '),
    });
  }
  if (/^[a-z]/i.test(image.config.user) && (await read(shop, '/etc/passwd')) === undefined) {
    notYet(`The image has no /etc/passwd, so nobody knows which number the user ${image.config.user} has.`, {
      expected: 'USER with a number',
      observed: `USER ${image.config.user}`,
    });
  }
  if (shop.exitCode === NOT_FOUND) {
    notYet('The image has no node: the second stage starts without it, and nothing copied it.', {
      expected: `COPY --from=build ${NODE} ${NODE}`,
      observed,
    });
  }
  if (/^exec .*: no such file/m.test(await shop.logs())) {
    notYet(
      'node is in the image, but not the libraries that it needs. “no such file” means its loader, not node itself.',
      { expected: 'every file that ldd lists', observed },
    );
  }
  return notYet('The container shop is not running. docker logs shop may say why.', { expected: 'running', observed });
}

async function expectNoSystem({ notYet }: CheckContext, tag: string, shop: ContainerFacts): Promise<void> {
  if ((await read(shop, SHELL)) === undefined) return;
  notYet(`${tag} still has a shell, and with it a whole system that the shop does not need.`, {
    expected: 'a last stage FROM scratch, with node, its libraries and /app',
    observed: SHELL,
  });
}

/** How many files of the image's container have these bits, as `find` counts them. */
async function countByMode(docker: CheckContext['docker'], mode: string): Promise<number> {
  const shop = await docker.container('shop');
  const { stdout } = await shop.exec(['find', '/', '-xdev', '-type', 'f', '-perm', mode]);
  return stdout.split('\n').filter(Boolean).length;
}

const twoStages = (last: string) =>
  `cd ~/shop && printf '%s\\n' 'FROM node:22-slim AS build' 'WORKDIR /app' 'COPY . .' 'RUN npm ci' ${last} > Dockerfile`;
const SETTINGS = `'WORKDIR /app' 'ENV HOST=0.0.0.0 SHOP_CURRENCY=EUR'`;
const START = `'CMD ["${NODE}", "server.js"]'`;
const COPIES = `'COPY --from=build ${NODE} ${NODE}' 'COPY --from=build /app /app'`;
const replaceShop = (tag: string) => `docker rm -f shop; docker run -d --name shop -p 8080:3000 ${tag}`;

export default defineLab({
  sandbox: {
    images: ['node:22-slim', 'debian:13-slim', 'busybox:1.37'],
    files: ['../../files', '../4-portable-and-isolated/files'],
  },
  tasks: {
    packages: {
      check: async ({ docker, answer, notYet }) => {
        const shop = await docker.container('shop');
        const count = packagesIn(await shop.readFile(PACKAGE_LIST)).length;
        const given = Number(answer ?? '');
        if (given === count) return;
        if (!Number.isInteger(given) || given <= 0) notYet('Type a number of packages.');
        if (given > count && given - count <= 6) {
          notYet('A few too many: dpkg -l prints five lines of heading above its list.', {
            expected: 'packages only',
            observed: answer ?? '',
          });
        }
        if (given <= 4) {
          notYet('Those are packages of npm, in node_modules. Which packages of Debian does the image have?', {
            observed: answer ?? '',
          });
        }
        notYet('The image shop:1 has another number of Debian packages.', {
          expected: 'the number of packages that dpkg knows in a container of shop:1',
          observed: answer ?? '',
        });
      },
      answer: {
        label: 'Debian packages in shop:1',
        placeholder: '12',
        solve: async ({ docker }) =>
          String(packagesIn(await (await docker.container('shop')).readFile(PACKAGE_LIST)).length),
      },
      nearMisses: [
        {
          answer: async ({ docker }) => {
            const { stdout } = await (await docker.container('shop')).exec(['dpkg', '-l']);
            return String(stdout.trim().split('\n').length);
          },
          says: /five lines of heading/,
        },
        { answer: '2', says: /packages of npm/ },
        {
          answer: async ({ exec }) => (await exec("dpkg-query -W -f 'x\\n' | wc -l")).stdout.trim(),
          says: /another number of Debian packages/,
        },
      ],
    },

    setuid: {
      check: async ({ docker, answer, notYet }) => {
        const count = await countByMode(docker, '-4000');
        const given = (answer ?? '').trim();
        if (given === String(count)) return;
        if (!/^\d+$/.test(given)) notYet('Type how many programs it is.');
        if (given === '0') {
          notYet('-perm 4000 asks for exactly this mode and nothing else. With a dash, -perm -4000, other bits may be set too.', {
            observed: '0',
          });
        }
        if (given === String(await countByMode(docker, '/6000'))) {
          notYet('That counts set-group-ID programs as well. The one bit for the user is -4000.', { observed: given });
        }
        notYet('That is not the number of set-user-ID programs in shop:1.', {
          expected: 'what find lists in a container of shop:1',
          observed: given,
        });
      },
      answer: {
        label: 'Set-user-ID programs',
        placeholder: '3',
        solve: async ({ docker }) => String(await countByMode(docker, '-4000')),
      },
      nearMisses: [
        { answer: '0', says: /asks for exactly this mode/ },
        {
          answer: async ({ docker }) => String(await countByMode(docker, '/6000')),
          says: /counts set-group-ID programs as well/,
        },
      ],
    },

    stages: {
      check: async (context) => {
        const { notYet } = context;
        const { image, shop } = await shopFrom(context, 'shop:2');
        if ((await read(shop, NPM)) !== undefined) {
          notYet('shop:2 still has npm, because its last stage starts from an image that brings it.', {
            expected: 'a last stage FROM debian:13-slim',
            observed: NPM,
          });
        }
        const one = await context.docker.image('shop:1');
        if (image.size >= one.size) {
          notYet('shop:2 is not smaller than shop:1: what a later step deletes stays in the layer below.', {
            expected: `less than ${megabytes(one.size)}`,
            observed: megabytes(image.size),
          });
        }
      },
      nearMisses: [
        {
          run: `${twoStages(`'FROM debian:13-slim' 'COPY --from=build /app /app' ${SETTINGS} ${START}`)} && docker build -t shop:2 . && ${replaceShop('shop:2')}`,
          says: /The image has no node/,
        },
        {
          run: `${twoStages(`'FROM node:22-slim' 'COPY --from=build /app /app' ${SETTINGS} ${START}`)} && docker build -t shop:2 . && ${replaceShop('shop:2')}`,
          says: /still has npm/,
        },
        {
          run: `cd ~/shop && printf '%s\\n' 'FROM debian:13-slim' 'WORKDIR /app' 'COPY . .' 'RUN npm ci' > Dockerfile; docker build -t shop:2 .`,
          says: /has no npm; only the first stage has it/,
        },
      ],
    },

    scratch: {
      check: async (context) => {
        const { shop } = await shopFrom(context, 'shop:3');
        await expectNoSystem(context, 'shop:3', shop);
      },
      nearMisses: [
        {
          run: `${twoStages(`'FROM scratch' ${COPIES} ${SETTINGS} ${START}`)} && docker build -t shop:3 . && ${replaceShop('shop:3')}`,
          says: /means its loader, not node itself/,
        },
        {
          run: `sed -i 's|^CMD.*|CMD node server.js|; s|^FROM debian:13-slim|FROM scratch|' ~/shop/Dockerfile && docker build -t shop:3 ~/shop && ${replaceShop('shop:3')}`,
          says: /this image has none/,
        },
        {
          run: `${twoStages(`'FROM scratch' 'RUN mkdir /app' ${COPIES}`)} ; docker build -t shop:3 .`,
          says: /RUN starts a shell/,
        },
        { run: `docker tag shop:2 shop:3 && ${replaceShop('shop:3')}`, says: /still has a shell/ },
      ],
    },

    user: {
      check: async (context) => {
        const { notYet } = context;
        const image = await builtImage(context, 'shop:4');
        const { user } = image.config;
        if (user === '' || /^(root|0)(:|$)/.test(user)) {
          const toldAtStart = (await context.docker.containers()).find(
            (container) => container.imageId === image.id && container.user !== '',
          );
          const recipe = (await context.files.exists('shop/Dockerfile')) ? await context.files.read('shop/Dockerfile') : '';
          const inFirstStage = /^USER /im.test(recipe.split(/^FROM scratch/im)[0] ?? '');
          notYet(
            toldAtStart
              ? 'This container was told its user when it was started. The image says nothing: the next container runs as root.'
              : inFirstStage
                ? 'USER stands in the first stage, and counts for that stage only: the last one starts as root again.'
                : 'shop:4 runs as root: an empty image has no other user, until you name one.',
            { expected: 'USER 1000', observed: user === '' ? 'no USER in the image' : `USER ${user}` },
          );
        }
        const { shop } = await shopFrom(context, 'shop:4');
        await expectNoSystem(context, 'shop:4', shop);
        if (!/^\d+(:\d+)?$/.test(user)) {
          notYet('shop:4 names its user by a name. A number needs no /etc/passwd, and Kubernetes can check it.', {
            expected: 'USER 1000',
            observed: `USER ${user}`,
          });
        }
      },
      nearMisses: [
        {
          run: `cd ~/shop && sed -i 's/^CMD/USER node\\nCMD/' Dockerfile && docker build -t shop:4 . && ${replaceShop('shop:4')}`,
          says: /has no \/etc\/passwd/,
        },
        {
          run: `docker tag shop:3 shop:4 && docker rm -f shop && docker run -d --name shop --user 1000 -p 8080:3000 shop:4`,
          says: /told its user when it was started/,
        },
        {
          run: `cd ~/shop && sed -i 's/^FROM scratch/USER 1000\\nFROM scratch/' Dockerfile && docker build -t shop:4 . && ${replaceShop('shop:4')}`,
          says: /counts for that stage only/,
        },
      ],
    },

    bill: {
      check: async (context) => {
        const { notYet } = context;
        const { shop } = await shopFrom(context, 'shop:5');
        await expectNoSystem(context, 'shop:5', shop);
        const whole = await read(shop, PACKAGE_LIST);
        if (whole !== undefined) {
          notYet('That is the list of the build stage: it names packages that are not in shop:5.', {
            expected: 'entries for what was copied, and for nothing else',
            observed: `${packagesIn(whole).length} packages in ${PACKAGE_LIST}`,
          });
        }
        for (const name of LIBRARY_PACKAGES) {
          const entry = await read(shop, `/var/lib/dpkg/status.d/${name}`);
          if (entry === undefined) {
            return notYet(`shop:5 says nothing of ${name}, although it has a file of it.`, {
              expected: `/var/lib/dpkg/status.d/${name}`,
              observed: 'no such file',
            });
          }
          if (!packagesIn(`${entry}\n\n`).includes(name) || !/^Version: \S+$/m.test(entry)) {
            notYet(`The file for ${name} does not have what dpkg knows of it: name, status and version.`, {
              expected: `what dpkg-query -s ${name} prints in the build stage`,
              observed: entry.trim().split('\n')[0] ?? 'an empty file',
            });
          }
        }
        const release = (await read(shop, '/etc/os-release')) ?? (await read(shop, '/usr/lib/os-release'));
        if (release === undefined || !/^ID=debian$/m.test(release)) {
          notYet('A scanner can’t tell which Debian these versions belong to: shop:5 has no os-release.', {
            expected: '/etc/os-release',
            observed: 'no such file',
          });
        }
      },
      nearMisses: [
        {
          run: `cd ~/shop && sed -i 's|^COPY --from=build /app /app|COPY --from=build /app /app\\nCOPY --from=build ${PACKAGE_LIST} ${PACKAGE_LIST}|' Dockerfile && docker build -t shop:5 . && ${replaceShop('shop:5')}`,
          says: /list of the build stage/,
        },
        {
          run: `cd ~/shop && sed -i 's|^FROM scratch|RUN mkdir -p /out/var/lib/dpkg/status.d \\&\\& dpkg-query -s libc6 > /out/var/lib/dpkg/status.d/libc6\\nFROM scratch|' Dockerfile && docker build -t shop:5 . && ${replaceShop('shop:5')}`,
          says: /says nothing of libgcc-s1/,
        },
        {
          run: `cd ~/shop && sed -i 's|^FROM scratch|RUN mkdir -p /out/var/lib/dpkg/status.d \\&\\& for p in libc6 libgcc-s1 libstdc++6; do dpkg-query -s $p > /out/var/lib/dpkg/status.d/$p; done\\nFROM scratch|' Dockerfile && docker build -t shop:5 . && ${replaceShop('shop:5')}`,
          says: /which Debian these versions belong to/,
        },
      ],
    },
  },
});
