import { expect, test } from 'vitest';
import type { HostRoom } from '../../../../sandbox-server/backend/backend.ts';
import {
  capacityOf,
  defaultReserve,
  FOOTPRINT,
  shortOf,
} from '../../../../sandbox-server/session/admission/capacity.ts';

const GIB = 1024 ** 3;

function host(changes: { cpus?: number; memory?: number; free?: number; disk?: number } = {}): HostRoom {
  const { cpus = 8, memory = 32, free = memory - 1, disk = 200 } = changes;
  return {
    cpus,
    memory: { totalBytes: memory * GIB, availableBytes: free * GIB },
    disk: { totalBytes: 400 * GIB, availableBytes: disk * GIB },
  };
}

const places = (room: HostRoom, running = 0) => capacityOf(room, FOOTPRINT, defaultReserve(room), running);

test('thirty learners fit on 2 CPUs and 24 GiB', () => {
  expect(places(host({ cpus: 2, memory: 24 })).places).toBeGreaterThanOrEqual(30);
});

test('what there is least of binds', () => {
  expect(places(host({ memory: 4, free: 3 })).binds).toBe('memory');
  expect(places(host({ cpus: 1 })).binds).toBe('cpu');
  expect(places(host({ disk: 25 })).binds).toBe('disk');
});

test('memory that others use gives no places, and what sandboxes use takes none twice', () => {
  const alone = places(host({ memory: 16, free: 15 })).by.memory;
  expect(places(host({ memory: 16, free: 7 })).by.memory).toBeLessThan(alone / 2);
  const used = (10 * FOOTPRINT.memoryBytes) / GIB;
  expect(places(host({ memory: 16, free: 15 - used }), 10).by.memory).toBe(alone);
});

test('a host that is full has no places, and never less than none', () => {
  expect(places(host({ free: 0.1 })).places).toBe(0);
  expect(places(host({ disk: 0 })).places).toBe(0);
});

test('the reserve is never touched, whatever is asked for', () => {
  const reserve = { memoryBytes: 2 * GIB, diskBytes: 10 * GIB };
  expect(shortOf(host({ free: 3 }), FOOTPRINT, reserve, 1)).toBeUndefined();
  expect(shortOf(host({ free: 3 }), FOOTPRINT, reserve, 3)).toBe('memory');
  expect(shortOf(host({ free: 2.1 }), FOOTPRINT, reserve, 1)).toBe('memory');
  expect(shortOf(host({ disk: 10.1 }), FOOTPRINT, reserve, 1)).toBe('disk');
});
