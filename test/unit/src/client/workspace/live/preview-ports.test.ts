import { expect, test } from 'vitest';
import type { LiveContainer, LiveView } from '../../../../../../sandbox-server/protocol/live.ts';
import { nextPreviewTabs, previewPorts } from '../../../../../../src/client/workspace/live/preview-ports.ts';

const container = (ports: LiveContainer['ports'], state: LiveContainer['state'] = 'running'): LiveContainer => ({
  id: JSON.stringify(ports),
  name: 'web',
  image: 'nginx:1.26',
  imageId: 'sha256:n',
  state,
  status: '',
  ports,
  networks: [],
  volumes: [],
});
const live = (...containers: LiveContainer[]): LiveView => ({
  machine: 'host',
  images: [],
  containers,
  networks: [],
  volumes: [],
});

test('published TCP ports of running containers, each once, lowest first', () => {
  const view = live(
    container([{ host: 8081, container: 80, protocol: 'tcp' }]),
    container([
      { host: 8080, container: 80, protocol: 'tcp' },
      { host: 8080, container: 80, protocol: 'tcp' },
      { host: 53, container: 53, protocol: 'udp' },
      { container: 3000, protocol: 'tcp' },
    ]),
    container([{ host: 9000, container: 80, protocol: 'tcp' }], 'exited'),
  );
  expect(previewPorts(view)).toEqual([8080, 8081]);
  expect(previewPorts(undefined)).toEqual([]);
});

test('a port that opens gets a tab, one that closes loses it', () => {
  const first = nextPreviewTabs({ open: [], closed: [] }, [8080], undefined);
  expect(first.open).toEqual([8080]);
  expect(nextPreviewTabs(first, [], undefined).open).toEqual([]);
});

test('the tab that is looked at stays when its container stops', () => {
  expect(nextPreviewTabs({ open: [8080], closed: [] }, [], 8080).open).toEqual([8080]);
});

test('a closed tab stays closed until the port is opened anew', () => {
  const closed = { open: [], closed: [8080] };
  expect(nextPreviewTabs(closed, [8080], undefined).open).toEqual([]);
  const gone = nextPreviewTabs(closed, [], undefined);
  expect(nextPreviewTabs(gone, [8080], undefined).open).toEqual([8080]);
});
