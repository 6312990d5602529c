import { expect, test } from 'vitest';
import { readProcesses } from '../../../sandbox-server/verify/processes-of.ts';

const PRINTED = `process 1 0 /sbin/init
process 20 1 shim -id a
process 21 20 nginx: master process
process 22 21 nginx: worker process
process 30 1 shim -id b
process 31 30 postgres -D /data
process 32 31 postgres: shop shop 172.18.0.3(45678) idle
process 40 31
listens 21 00000000:0050
listens 31 0B00007F:9C41
listens 31 00000000:1538
listens 99 00000000:0001
`;

test('each container has its processes and ports, but not those of others, of the name server, or numbers that change', () => {
  const does = readProcesses(PRINTED, [21, 31]);
  expect(does.get(21)).toBe('nginx: master process\nnginx: worker process\nlistens on 00000000:0050');
  expect(does.get(31)).toBe('postgres -D /data\npostgres: shop shop #.#.#.#(#) idle\nlistens on 00000000:1538');
});

test('one whose first process has ended does nothing', () => {
  expect(readProcesses(PRINTED, [77]).get(77)).toBe('');
});
