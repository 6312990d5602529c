import { defineLab } from '#lab';
import type { CheckContext, RegistryImage } from '#lab';

const NAME = 'registry.shop.test/harbour/shop';
const REPOSITORY = 'harbour/shop';
const BASE = 'busybox:1.37';

const price = (page: string) => /Lantern: (€[\d.]+)/.exec(page)?.[1] ?? 'no price';
const digestOf = (name: string) =>
  `$(docker buildx imagetools inspect ${name} --format '{{json .Manifest}}' | jq -r .digest)`;

/** The registry's image of this tag, and a reminder that a name here is not yet a name there. */
async function pushed({ docker, registry, notYet }: CheckContext, tag: string): Promise<RegistryImage> {
  if (await registry.hasImage(`${REPOSITORY}:${tag}`)) return registry.image(`${REPOSITORY}:${tag}`);
  const here = await docker.hasImage(`${NAME}:${tag}`);
  return notYet(
    here
      ? `${NAME}:${tag} is a name on this machine only: nobody has pushed it.`
      : `The registry has no tag ${tag} for ${REPOSITORY}.`,
    { expected: `the tag ${tag} in the registry`, observed: (await registry.tags(REPOSITORY)).join(', ') || 'no tags' },
  );
}

/** The release that nobody may change any more: what was built as shop:1.0.0. */
async function expectFirstRelease(context: CheckContext): Promise<RegistryImage> {
  const first = await pushed(context, '1.0.0');
  const { id } = await context.docker.image('shop:1.0.0');
  if (first.id !== id) {
    context.notYet('1.0.0 names another image now. A release must stay what it was: a change gets a new number.', {
      expected: `1.0.0 with the image ID ${id.slice(7, 19)}`,
      observed: first.id.slice(7, 19),
    });
  }
  return first;
}

export default defineLab({
  sandbox: { images: [BASE], files: '../5-registries/files', privateRegistry: true },
  tasks: {
    names: {
      check: async ({ docker, notYet }) => {
        const release = await docker.image('shop:1.0.0');
        for (const tag of ['1.0.0', '1.0', '1']) {
          if (!(await docker.hasImage(`${NAME}:${tag}`))) {
            notYet(`The tag ${tag} is missing.`, {
              expected: `${NAME} with the tags 1.0.0, 1.0 and 1`,
              observed: release.tags.join(', '),
            });
          }
          const named = await docker.image(`${NAME}:${tag}`);
          if (named.id !== release.id) {
            notYet(`${tag} names another image than shop:1.0.0: built again is not the same as named again.`, {
              expected: `image ID ${release.id.slice(7, 19)}`,
              observed: named.id.slice(7, 19),
            });
          }
        }
      },
      nearMisses: [
        {
          run: `for tag in 1.0.0 1.0 1; do docker build -q --no-cache -t ${NAME}:$tag ~/shop; done`,
          says: /built again is not the same as named again/,
        },
        {
          run: `docker tag shop:1.0.0 ${NAME}:1.0.0 && docker tag shop:1.0.0 ${NAME}:1.0 && docker tag shop:1.0.0 ${NAME}`,
          says: /The tag 1 is missing/,
        },
      ],
    },

    digest: {
      check: async (context) => {
        const { docker, answer, notYet } = context;
        const { digest, layers } = await pushed(context, '1.0.0');
        const given = (answer ?? '').toLowerCase().replace(/^.*@/, '');
        const full = given.startsWith('sha256:') ? given : `sha256:${given}`;
        if (full === digest) return;
        if (given === '') notYet('Type the digest.');
        const { id } = await docker.image('shop:1.0.0');
        if (given.length >= 12 && id.startsWith(full)) {
          notYet('That is the ID of the image, the checksum of its config. The digest is the checksum of the manifest.', {
            expected: 'what docker push printed after the tag',
            observed: given,
          });
        }
        if (layers.some((layer) => layer.digest.startsWith(full))) {
          notYet('That is the checksum of a layer.', { expected: 'the digest of the manifest', observed: given });
        }
        if (digest.startsWith(full)) {
          notYet('That is right so far, but a registry takes a digest only in full: 64 digits.', { observed: given });
        }
        notYet('The registry has another digest for 1.0.0.', { expected: 'sha256: and 64 digits', observed: given });
      },
      answer: {
        label: 'Digest of 1.0.0',
        placeholder: 'sha256:…',
        solve: async (context) => (await pushed(context, '1.0.0')).digest,
      },
      nearMisses: [
        { answer: async ({ docker }) => (await docker.image('shop:1.0.0')).id, says: /That is the ID of the image/ },
        {
          answer: async (context) => (await pushed(context, '1.0.0')).digest.slice(0, 19),
          says: /takes a digest only in full/,
        },
        {
          answer: async (context) => (await pushed(context, '1.0.0')).layers[0]?.digest ?? '',
          says: /checksum of a layer/,
        },
      ],
    },

    release: {
      check: async (context) => {
        const { notYet } = context;
        const first = await expectFirstRelease(context);
        const fixed = await pushed(context, '1.0.1');
        if (fixed.digest === first.digest) {
          notYet('1.0.1 is 1.0.0 under another name: the same digest.', {
            expected: 'an image with the new price',
            observed: first.digest,
          });
        }
        for (const tag of ['1.0', '1']) {
          const { digest } = await pushed(context, tag);
          if (digest !== fixed.digest) {
            const where = digest === first.digest ? '1.0.0' : 'another image';
            notYet(`In the registry, the tag ${tag} did not move: it still leads to ${where}.`, {
              expected: `${tag} and 1.0.1 with one digest`,
              observed: `${tag} with ${digest.slice(0, 19)}…`,
            });
          }
        }
      },
      nearMisses: [
        {
          run: `cd ~/shop && sed -i s/34.00/29.00/ index.html && docker build -q -t ${NAME}:1.0.0 . && docker push -q ${NAME}:1.0.0`,
          says: /1\.0\.0 names another image now/,
        },
        {
          run: `cd ~/shop && sed -i s/34.00/29.00/ index.html && docker build -q -t ${NAME}:1.0.1 -t ${NAME}:1.0 -t ${NAME}:1 . && docker push -q ${NAME}:1.0.1`,
          says: /did not move: it still leads to 1\.0\.0/,
        },
        {
          run: `docker tag ${NAME}:1 ${NAME}:1.0.1 && docker push -q --all-tags ${NAME}`,
          says: /under another name: the same digest/,
        },
      ],
    },

    pin: {
      check: async (context) => {
        const { docker, http, expect, notYet } = context;
        const first = await expectFirstRelease(context);
        const pinned = await docker.container('pinned');
        const wanted = `${NAME}@${first.digest}`;
        const [, digest] = /@(sha256:\w+)$/.exec(pinned.image) ?? [];
        if (digest === undefined) {
          notYet(
            /^[0-9a-f]{12,64}$|^sha256:/.test(pinned.image)
              ? 'The container was started by the image ID. That works where the image is already, and no registry knows it.'
              : 'The container was asked for by a tag, which anybody who may push can move.',
            { expected: wanted, observed: pinned.image },
          );
        }
        if (digest !== first.digest) {
          notYet('That digest belongs to another release than 1.0.0.', { expected: wanted, observed: pinned.image });
        }
        if (pinned.state !== 'running') notYet('The container pinned is not running.', { observed: pinned.state });
        const { body } = await http('http://localhost:8082/');
        expect(price(body), 'the price of the lantern on port 8082').toBe('€34.00');
      },
      nearMisses: [
        { run: `docker run -d --name pinned -p 8082:8080 ${NAME}:1.0.0`, says: /asked for by a tag/ },
        {
          run: `docker run -d --name pinned -p 8082:8080 "$(docker image inspect shop:1.0.0 --format '{{.Id}}')"`,
          says: /started by the image ID/,
        },
        {
          run: `docker run -d --name pinned -p 8082:8080 ${NAME}@${digestOf(`${NAME}:1`)}`,
          says: /belongs to another release/,
        },
      ],
    },

    base: {
      check: async ({ docker, files, notYet }) => {
        const base = await docker.image(BASE);
        const digest = base.digests.map((one) => one.split('@')[1]).find((one) => one !== undefined) ?? '';
        const from = /^FROM (\S+)/im.exec(await files.read('shop/Dockerfile'))?.[1] ?? 'nothing';
        const [, pinnedTo] = from.split('@');
        if (pinnedTo === undefined) {
          notYet('The Dockerfile still starts from a tag, which may be another image at the next build.', {
            expected: `FROM ${BASE}@sha256:…`,
            observed: `FROM ${from}`,
          });
        }
        if (pinnedTo === base.id) {
          notYet('That is the ID of the image on this machine. A registry finds an image by its digest.', {
            expected: `FROM ${BASE}@ and what docker image ls --digests shows`,
            observed: `FROM ${from}`,
          });
        }
        if (pinnedTo !== digest) {
          notYet(`That is not the digest of ${BASE}.`, { expected: digest, observed: pinnedTo });
        }
        if (!(await docker.hasImage('shop:pinned'))) {
          notYet('The Dockerfile is right. Now build shop:pinned from it.', { expected: 'an image shop:pinned' });
        }
        const image = await docker.image('shop:pinned');
        if (image.layers().sharedWith(base) < base.diffIds.length) {
          notYet('shop:pinned was built on another base.', { expected: `the layers of ${BASE}` });
        }
      },
      nearMisses: [
        {
          run: `cd ~/shop && sed -i "s|^FROM .*|FROM ${BASE}@$(docker image inspect ${BASE} --format '{{.Id}}')|" Dockerfile && docker build -t shop:pinned .`,
          says: /ID of the image on this machine/,
        },
        { run: 'cd ~/shop && docker build -q -t shop:pinned .', says: /still starts from a tag/ },
      ],
    },

    latest: {
      check: async (context) => {
        const { notYet } = context;
        const fixed = await pushed(context, '1.0.1');
        const latest = await pushed(context, 'latest');
        if (latest.digest === fixed.digest) return;
        const first = await pushed(context, '1.0.0');
        if (latest.digest === first.digest) {
          notYet('latest leads to 1.0.0 now, which has the old price.', { expected: '1.0.1', observed: '1.0.0' });
        }
        const here = await context.docker.hasImage(`${NAME}:latest`);
        const moved = here && (await context.docker.image(`${NAME}:latest`)).id === fixed.id;
        notYet(
          moved
            ? 'On this machine latest is 1.0.1. In the registry it still is not: a tag moves there with a push.'
            : 'latest leads to another image than 1.0.1. Give it the very image of 1.0.1; a build makes a new one.',
          { expected: fixed.digest, observed: latest.digest },
        );
      },
      nearMisses: [
        { run: `docker tag ${NAME}:1.0.1 ${NAME}:latest`, says: /moves there with a push/ },
        { run: `docker tag ${NAME}:1.0.0 ${NAME}:latest && docker push -q ${NAME}`, says: /which has the old price/ },
        {
          run: `cd ~/shop && sed -i s/9.00/29.00/ index.html && docker build -q --no-cache -t ${NAME} . && docker push -q ${NAME}`,
          says: /a build makes a new one/,
        },
      ],
    },
  },
});
