import { expect, test } from 'vitest';
import { parseUsage } from '../../../../sandbox-server/backend/docker/disk-usage.ts';

test('what du prints is bytes by volume; other lines are passed over', () => {
  const printed = '4096\t/volumes/one/_data\n104857600\t/volumes/two-host-home/_data\nnonsense\n1\t/etc/_data\n';
  expect(parseUsage(printed)).toEqual(
    new Map([
      ['one', 4096],
      ['two-host-home', 104_857_600],
    ]),
  );
  expect(parseUsage('')).toEqual(new Map());
});
