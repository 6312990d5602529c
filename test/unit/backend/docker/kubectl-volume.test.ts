import type Docker from 'dockerode';
import { expect, test } from 'vitest';
import { KubectlVolume } from '../../../../sandbox-server/backend/docker/kubectl-volume.ts';

/** An engine where a name can be taken only once at a time, as with the real one. */
function engine() {
  const taken = new Set<string>();
  let made = 0;
  const docker = {
    createVolume: () => Promise.resolve(),
    getContainer: () => ({ remove: () => Promise.reject(Object.assign(new Error('gone'), { statusCode: 404 })) }),
    createContainer: ({ name }: { name: string }) => {
      if (taken.has(name)) return Promise.reject(new Error(`Conflict: ${name}`));
      taken.add(name);
      made++;
      return Promise.resolve({
        start: () => Promise.resolve(),
        wait: () => new Promise((resolve) => setTimeout(() => resolve({ StatusCode: 0 }), 20)),
        remove: () => Promise.resolve(void taken.delete(name)),
      });
    },
  };
  return { docker: docker as unknown as Docker, made: () => made };
}

test('clusters that are joined at the same time wait for one filling; a later one looks again', async () => {
  const { docker, made } = engine();
  const volume = new KubectlVolume(docker, 'me', 'node:1');
  await Promise.all([volume.fill(), volume.fill(), volume.fill()]);
  expect(made()).toBe(1);
  await volume.fill();
  expect(made()).toBe(2);
});
