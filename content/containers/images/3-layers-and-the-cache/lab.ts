import { defineLab } from '#lab';
import type { CheckContext, ImageFacts } from '#lab';

const INSTALL = /^RUN .*npm (ci|install)/;
/** A COPY that brings the program itself: the whole folder, or server.js by name. */
const SOURCE = /^(COPY|ADD) (--\S+ )*(\.\/? |.*(server|\*)\.js)/;

const installStep = (image: ImageFacts) => image.history.find((step) => INSTALL.test(step.instruction));
const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

async function builtImage({ docker, notYet }: CheckContext, tag: string, afterFailure: string): Promise<ImageFacts> {
  if (await docker.hasImage(tag)) return docker.image(tag);
  return notYet(`There is no image ${tag} yet. ${afterFailure}`, {
    expected: `an image ${tag}`,
    observed: 'no such image',
  });
}

export default defineLab({
  sandbox: { images: ['node:22-slim'], files: ['../../files', './files'] },
  tasks: {
    biggest: {
      check: async ({ docker, answer, notYet }) => {
        const image = await docker.image('shop:1');
        const given = Number.parseFloat((answer ?? '').replace(',', '.'));
        if (Number.isNaN(given)) notYet('Type a number of megabytes.');
        const close = (bytes: number) => Math.abs(given - bytes / 1e6) <= Math.max(2, bytes / 50e6);
        const size = installStep(image)?.size ?? 0;
        if (close(size)) return;
        if (close(image.size))
          notYet('That is the whole image, base included. Look for one layer.', { observed: `${given} MB` });
        const below = image.history.filter((step) => step.diffId !== null && close(step.size));
        if (below.length > 0) {
          notYet('That layer belongs to the base image: it was there before your Dockerfile began.', {
            expected: 'a layer of FROM’s successors: WORKDIR, COPY or RUN',
            observed: below[0]?.instruction ?? '',
          });
        }
        notYet('No layer of shop:1 has this size.', {
          expected: 'the size that docker history shows',
          observed: `${given} MB`,
        });
      },
      answer: {
        label: 'Size in MB',
        placeholder: '12',
        solve: async ({ docker }) => ((installStep(await docker.image('shop:1'))?.size ?? 0) / 1e6).toFixed(1),
      },
      nearMisses: [
        { answer: async ({ docker }) => megabytes((await docker.image('shop:1')).size), says: /whole image/ },
        {
          answer: async ({ docker }) =>
            megabytes((await docker.image('shop:1')).history.find((step) => step.diffId !== null)?.size ?? 0),
          says: /belongs to the base image/,
        },
        { answer: '7', says: /No layer of shop:1 has this size/ },
      ],
    },

    again: {
      check: async (context) => {
        const first = await context.docker.image('shop:1');
        const again = await builtImage(context, 'shop:again', 'Build the folder shop a second time.');
        if (again.id === first.id) return;
        const shared = again.layers().sharedWith(first);
        context.notYet('shop:again is another image than shop:1: at least one step was done again.', {
          expected: `all ${first.diffIds.length} layers shared, and the same ID`,
          observed: `${shared} of ${first.diffIds.length} layers shared`,
        });
      },
      nearMisses: [
        { run: 'cd ~/shop && docker build --no-cache -t shop:again .', says: /at least one step was done again/ },
        {
          run: 'cd ~/shop && echo "// again" >> server.js && docker build -t shop:again .',
          says: /at least one step was done again/,
        },
        { run: 'cd ~ && docker build -t shop:again .', says: /There is no image shop:again/ },
      ],
    },

    reorder: {
      check: async (context) => {
        const { notYet } = context;
        const image = await builtImage(
          context,
          'shop:2',
          'If the build stopped in npm ci with ENOENT, a file that it needs was not copied before: package.json, package-lock.json, .npmrc, vendor.',
        );
        const layers = image.layers();
        const install = layers.indexOfCommand(INSTALL);
        const source = layers.indexOfCommand(SOURCE);
        if (install < 0) notYet('shop:2 does not install its dependencies at all.', { expected: 'RUN npm ci' });
        if (source < 0) {
          notYet('shop:2 has its dependencies, but no step copies the program itself.', {
            expected: 'COPY . . after RUN npm ci',
          });
        }
        if (source < install) {
          notYet('shop:2 installs after it copies the program, so every edit installs again.', {
            expected: 'RUN npm ci below COPY . .',
            observed: `COPY as step ${source + 1}, RUN npm ci as step ${install + 1}`,
          });
        }
      },
      nearMisses: [
        { run: 'docker tag shop:1 shop:2', says: /installs after it copies/ },
        {
          run: `cd ~/shop && sed -i 's/^COPY . .$/COPY package.json package-lock.json .npmrc .\\/\\nCOPY vendor vendor\\nCOPY . ./' Dockerfile && docker build -t shop:2 .`,
          says: /installs after it copies/,
        },
        {
          run: `cd ~/shop && sed -i 's/^COPY . .$/COPY package.json package-lock.json .\\//; s/^RUN npm ci$/RUN npm ci\\nCOPY . ./' Dockerfile; docker build -t shop:2 .`,
          says: /not copied before/,
        },
        {
          run: `cd ~/shop && sed -i 's/^COPY . .$/COPY package.json package-lock.json .npmrc .\\/\\nCOPY vendor vendor/' Dockerfile && docker build -t shop:2 .`,
          says: /no step copies the program/,
        },
      ],
    },

    edit: {
      check: async (context) => {
        const { docker, notYet } = context;
        const before = await docker.image('shop:2');
        const after = await builtImage(context, 'shop:3', 'Change server.js and build.');
        if (after.id === before.id) {
          notYet('shop:3 is shop:2 under another name: no file has other content than before.', {
            expected: 'a change in server.js',
            observed: 'the same image ID; a new date on a file is no change',
          });
        }
        const [old, fresh] = [installStep(before)?.diffId, installStep(after)?.diffId];
        if (old === undefined || old !== fresh) {
          notYet('shop:3 installed its dependencies again: its layer of npm ci is another one.', {
            expected: `${before.layers().indexOfCommand(INSTALL) + 1} steps from the cache, npm ci among them`,
            observed: `${after.layers().sharedWith(before)} shared layers, npm ci not among them`,
          });
        }
      },
      nearMisses: [
        { run: 'cd ~/shop && touch server.js && docker build -t shop:3 .', says: /no file has other content/ },
        {
          run: `cd ~/shop && sed -i 's/is now open/is wide open/' server.js && docker build --no-cache -t shop:3 .`,
          says: /installed its dependencies again/,
        },
        {
          run: `cd ~/shop && sed -i 's/"version": "1.1.0"/"version": "1.2.0"/' package.json && docker build -t shop:3 .`,
          says: /installed its dependencies again/,
        },
      ],
    },

    shrink: {
      check: async (context) => {
        const { docker, notYet } = context;
        const before = await docker.image('shop:3');
        const after = await builtImage(context, 'shop:4', 'Build it from the changed Dockerfile.');
        // Built in stages, the dependencies come with a COPY from another stage: from an absolute path.
        const fromStage = after.history.some((step) => /^COPY (--\S+ )*\//.test(step.instruction));
        if (!installStep(after) && !fromStage)
          notYet('shop:4 is small because it lacks its dependencies.', { expected: 'RUN npm ci' });
        if (/--ignore-scripts/.test(installStep(after)?.instruction ?? '')) {
          notYet('shop:4 is small because it has no search index: its script never ran.', {
            expected: 'npm ci with its scripts',
          });
        }
        if (before.size - after.size >= 20e6) return;
        const separate = after.history.some(
          (step) => /^RUN .*\brm\b/.test(step.instruction) && !INSTALL.test(step.instruction),
        );
        notYet(
          separate
            ? 'The files are hidden, not gone: your step deletes them one layer too late, and the layer below still has them.'
            : 'shop:4 is not smaller than shop:3.',
          {
            expected: `at most ${megabytes(before.size - 20e6)}`,
            observed: megabytes(after.size),
          },
        );
      },
      nearMisses: [
        {
          run: `cd ~/shop && sed -i 's|^RUN npm ci$|RUN npm ci\\nRUN rm -rf /tmp/shop-search|' Dockerfile && docker build -t shop:4 .`,
          says: /one layer too late/,
        },
        {
          run: `cd ~/shop && sed -i '/^RUN npm ci$/d' Dockerfile && docker build -t shop:4 .`,
          says: /lacks its dependencies/,
        },
        {
          run: `cd ~/shop && sed -i 's/^RUN npm ci$/RUN npm ci --ignore-scripts/' Dockerfile && docker build -t shop:4 .`,
          says: /script never ran/,
        },
        { run: 'cd ~/shop && echo /tmp/shop-search >> .dockerignore && docker build -t shop:4 .', says: /not smaller/ },
      ],
    },
  },
});
