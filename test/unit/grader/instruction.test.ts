import { expect, test } from 'vitest';
import { cleanInstruction, stepsWithLayers } from '../../../sandbox-server/grader/instruction.ts';

test.each([
  ['/bin/sh -c #(nop)  CMD ["sh"]', 'CMD ["sh"]'],
  ['/bin/sh -c apt-get update', 'RUN apt-get update'],
  ['RUN /bin/sh -c npm ci # buildkit', 'RUN npm ci'],
  ['RUN |2 A=b C=d e /bin/sh -c npm ci   --omit=dev # buildkit', 'RUN npm ci --omit=dev'],
  ['|1 A=b /bin/sh -c make', 'RUN make'],
  ['COPY . . # buildkit', 'COPY . .'],
  ['CMD ["node" "server.js"]', 'CMD ["node" "server.js"]'],
  ['RUN /bin/bash -c set -e # buildkit', 'RUN /bin/bash -c set -e'],
  [`/bin/sh -c #(nop) COPY dir:${'0123456789abcdef'.repeat(4)} in /app `, 'COPY dir:0123456789ab in /app'],
  ['', ''],
])('%j is shown as %j', (createdBy, shown) => {
  expect(cleanInstruction(createdBy)).toBe(shown);
});

test('steps with a size have layers, and so have empty ones that make one, as far as the layers go', () => {
  const steps = [
    { instruction: 'ADD rootfs.tar /', size: 100 },
    { instruction: 'ENV A=b', size: 0 },
    { instruction: 'WORKDIR /app', size: 0 },
    { instruction: 'RUN true', size: 0 },
    { instruction: 'COPY . .', size: 5 },
  ];
  expect(stepsWithLayers(steps, 4)).toEqual([true, false, true, true, true]);
  expect(stepsWithLayers(steps, 3)).toEqual([true, false, false, true, true]);
  expect(stepsWithLayers(steps, 2)).toEqual([true, false, false, false, true]);
});
