import { expect, test } from 'vitest';
import type { LiveContainer, LiveView } from '../../../../../../sandbox-server/protocol/live.ts';
import { portWords, spokenChanges, stateWords } from '../../../../../../src/client/workspace/live/live-words.ts';

const empty: LiveView = { machine: 'host', images: [], containers: [], networks: [], volumes: [] };
const container = (name: string, changes: Partial<LiveContainer> = {}): LiveContainer => ({
  id: name,
  name,
  image: 'nginx:1.26',
  imageId: 'sha256:n',
  state: 'running',
  status: 'Up 4 seconds',
  ports: [],
  networks: ['bridge'],
  volumes: [],
  ...changes,
});

test('ports say where they come out, each once', () => {
  const ports = [
    { host: 8080, container: 80, protocol: 'tcp' },
    { host: 8080, container: 80, protocol: 'tcp' },
    { container: 53, protocol: 'udp' },
  ];
  expect(portWords({ ports })).toEqual(['8080 → 80', '53/udp']);
});

test('an exited container says how', () => {
  expect(stateWords({ state: 'exited', exitCode: 137 })).toBe('exited (137)');
  expect(stateWords({ state: 'running', exitCode: 0 })).toBe('running');
});

test('what came, changed and went is spoken', () => {
  const before = {
    ...empty,
    containers: [container('web'), container('old')],
    volumes: [{ name: 'data', driver: 'local' }],
  };
  const after = { ...empty, containers: [container('web', { state: 'exited', exitCode: 1 }), container('new')] };
  expect(spokenChanges(before, after)).toBe(
    'Live view: container web exited (1), container new running, container old removed, volume data removed.',
  );
});

test('the same picture says nothing, a crowd is counted', () => {
  expect(spokenChanges(empty, { ...empty })).toBe('');
  const crowd = { ...empty, containers: Array.from({ length: 9 }, (_, index) => container(`c${index}`)) };
  expect(spokenChanges(empty, crowd)).toMatch(/and 5 more changes\.$/);
});
