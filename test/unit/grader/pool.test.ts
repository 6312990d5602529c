import { expect, test } from 'vitest';
import { Pool } from '../../../sandbox-server/grader/pool.ts';

test('no more jobs run at once than the limit, in their order, failures included', async () => {
  const pool = new Pool(2);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  const job = (index: number) =>
    pool.run(async () => {
      order.push(index);
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      if (index === 1) throw new Error('no');
      return index;
    });
  const results = await Promise.allSettled([0, 1, 2, 3, 4].map(job));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  expect(order).toEqual([0, 1, 2, 3, 4]);
  expect(most).toBe(2);
});
