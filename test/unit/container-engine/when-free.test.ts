import { expect, test } from 'vitest';
import { whenFree } from '../../../sandbox-server/container-engine/when-free.ts';

/** Removing that fails with these errors, one after the other, and then works. */
function removing(...errors: Error[]) {
  let asked = 0;
  const remove = async () => {
    const error = errors[asked++];
    if (error !== undefined) throw error;
  };
  return { remove, asked: () => asked };
}

const answered = (statusCode: number, message: string) => Object.assign(new Error(message), { statusCode });

test.each([
  answered(409, 'conflict'),
  answered(403, 'error while removing network: network shop has active endpoints'),
  answered(500, 'removal of container shop is already in progress'),
])('what is still in use is removed as soon as it is free: $message', async (busy) => {
  const { remove, asked } = removing(busy, busy);
  await whenFree(remove);
  expect(asked()).toBe(3);
});

test('what is gone already is no error', async () => {
  const { remove, asked } = removing(answered(404, 'no such container'));
  await whenFree(remove);
  expect(asked()).toBe(1);
});

test('any other error is told at once', async () => {
  const { remove, asked } = removing(answered(500, 'no space left on device'));
  await expect(whenFree(remove)).rejects.toThrow('no space left on device');
  expect(asked()).toBe(1);
});
