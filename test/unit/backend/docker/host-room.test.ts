import { expect, test } from 'vitest';
import { parseHostRoom } from '../../../../sandbox-server/backend/docker/host-room.ts';

const MEMINFO = 'MemTotal:       24576000 kB\nMemFree:  1 kB\nMemAvailable:   12288000 kB\nSwapTotal:  0 kB\n';
const DF = '  1B-blocks        Avail\n100000000000 60000000000\n';

test('memory and disk are read from what the tools print', () => {
  expect(parseHostRoom(MEMINFO + DF)).toEqual({
    memory: { totalBytes: 24576000 * 1024, availableBytes: 12288000 * 1024 },
    disk: { totalBytes: 100_000_000_000, availableBytes: 60_000_000_000 },
  });
});

test('what is not that is an error that shows it, not a host without room', () => {
  expect(() => parseHostRoom(MEMINFO)).toThrow(/MemTotal/);
  expect(() => parseHostRoom(DF)).toThrow(/Avail/);
});
