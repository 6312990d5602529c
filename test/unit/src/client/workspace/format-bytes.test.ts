import { expect, test } from 'vitest';
import { formatBytes } from '../../../../../src/client/workspace/format-bytes.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_234, '1.23 kB'],
  [84_000_000, '84 MB'],
  [999_700, '1 MB'],
  [312_400_000, '312 MB'],
  [1_240_000_000, '1.24 GB'],
])('%i bytes read %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
