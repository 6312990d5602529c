import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from 'vitest';
import type { LiveCluster, LiveContainer, LiveImage, LivePod, LiveView } from '../../sandbox-server/protocol/live.ts';
import { browserSite } from '../support/browser-site.ts';
import { openMockLab, soon } from '../support/mock-lab-page.ts';

const site = browserSite();

const layer = (id: string) => ({ diffId: `sha256:${id}`, instruction: `RUN ${id}`, size: 1_000_000 });
const image = (name: string, ...ids: string[]): LiveImage => ({
  id: `sha256:${name}`,
  tags: [name],
  size: ids.length * 1_000_000,
  createdAt: 0,
  layers: ids.map(layer),
});
const web: LiveContainer = {
  id: 'c1',
  name: 'web',
  image: 'shop:1',
  imageId: 'sha256:shop:1',
  state: 'running',
  status: 'Up',
  ports: [{ host: 8080, container: 80, protocol: 'tcp' }],
  networks: ['bridge'],
  volumes: ['data'],
};
const picture: LiveView = {
  machine: 'host',
  images: [image('shop:2', 'base', 'two'), image('shop:1', 'base', 'one')],
  containers: [web],
  networks: [{ id: 'n1', name: 'bridge', driver: 'bridge', subnet: '172.17.0.0/16' }],
  volumes: [{ name: 'data', driver: 'local' }],
};

test.each([1440, 390])('the live view draws the sandbox at %i pixels, and axe finds nothing', async (width) => {
  await using opened = await openMockLab(site, { viewport: { width, height: 900 } });
  const { page, lab } = opened;
  await page.getByRole('button', { name: width < 1100 ? 'Open the lab' : 'Start the lab' }).click();
  await soon(() => lab.told).toContainEqual({ type: 'live', on: true });
  lab.shows(picture);
  const stack = page.locator('.ws-stack').filter({ hasText: 'shop:2' }).first();
  await soon(() => stack.textContent()).toContain('shared with shop:1');
  expect(await stack.textContent()).toContain('1 MB of its own');
  expect(await page.getByRole('region', { name: 'Network bridge' }).textContent()).toContain(
    'web shop:1runningport 8080 → 80volume data',
  );
  expect(await page.locator('.ws-volume').textContent()).toContain('datain web');
  expect((await new AxeBuilder({ page }).include('#workspace').analyze()).violations).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);

  lab.shows({ ...picture, containers: [{ ...web, state: 'exited', exitCode: 1 }] });
  await soon(() => page.locator('.ws-container-state').textContent()).toBe('exited (1)');
  await soon(() => page.getByRole('status').allTextContents()).toContain('Live view: container web exited (1).');
  lab.shows({ ...picture, containers: [] });
  await soon(() => page.locator('.ws-container').count()).toBe(0);
});

const pod = (name: string, more: Partial<LivePod> = {}): LivePod => ({
  ...{ id: name, name, image: 'nginx:1.26', status: 'Running', why: '', ready: true, restarts: 0 },
  ...{ node: 'drydock-1a2b3c-k8s-shared-worker', ...more },
});
const revision = (number: number, replicas: number, ready: number) => ({
  ...{ revision: number, name: `web-${number}`, image: `nginx:1.2${number}`, replicas, ready },
});
const cluster: LiveCluster = {
  nodes: [
    { name: 'drydock-1a2b3c-k8s-shared-control-plane', ready: true, cordoned: true },
    { name: 'drydock-1a2b3c-k8s-shared-worker', ready: true, cordoned: false },
  ],
  pods: [
    pod('web-1-abcde'),
    pod('web-2-fghij', { status: 'ImagePullBackOff', why: 'nginx:1.72: not found', ready: false }),
    pod('late', { status: 'Pending', ready: false, node: '' }),
  ],
  deployments: [{ name: 'web', replicas: 1, ready: 1, revisions: [revision(1, 1, 1), revision(2, 1, 0)] }],
  services: [
    { name: 'web', type: 'ClusterIP', selects: 'app=web', sendsTo: ['web-1-abcde'], waitsFor: ['web-2-fghij'] },
  ],
};

test.each([1440, 390])('the live view draws a cluster at %i pixels, and axe finds nothing', async (width) => {
  await using opened = await openMockLab(site, { viewport: { width, height: 900 } });
  const { page, lab } = opened;
  await page.getByRole('button', { name: width < 1100 ? 'Open the lab' : 'Start the lab' }).click();
  await soon(() => lab.told).toContainEqual({ type: 'live', on: true });
  const nothing = { machine: 'host', images: [], containers: [], networks: [], volumes: [] };
  lab.shows({ ...nothing, cluster });
  const worker = page.getByRole('region', { name: 'Node worker' });
  await soon(() => worker.locator('.ws-container').allTextContents()).toEqual([
    'web-1-abcde nginx:1.26RunningService web',
    'web-2-fghij nginx:1.26ImagePullBackOffnginx:1.72: not found',
  ]);
  const control = page.getByRole('region', { name: 'Node control-plane' });
  expect(await control.textContent()).toContain('ready, takes no new pods');
  expect(await page.getByRole('region', { name: 'Pods without a node' }).textContent()).toContain(
    'late nginx:1.26Pending',
  );
  expect(await page.locator('.ws-deployment').textContent()).toContain('web 1 of 1 ready');
  expect(await page.locator('.ws-revision').allTextContents()).toEqual([
    'revision 1 nginx:1.211 of 1 pods ready',
    'revision 2 nginx:1.220 of 1 pods ready',
  ]);
  expect(await page.locator('.ws-services').textContent()).toContain('sends to 1 podweb-1-abcdeweb-2-fghij, not ready');
  // Docker is not used here.
  expect(await page.getByRole('heading', { name: 'Images' }).count()).toBe(0);
  expect((await new AxeBuilder({ page }).include('#workspace').analyze()).violations).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);

  const healed = pod('web-2-fghij', { restarts: 1 });
  lab.shows({ ...nothing, cluster: { ...cluster, pods: [healed] } });
  await soon(() => worker.locator('.ws-container').allTextContents()).toEqual([
    'web-2-fghij nginx:1.26Runningrestarted once',
  ]);
  await soon(() => page.getByRole('status').allTextContents()).toContain(
    'Live view: pod web-2-fghij Running, restarted once, pod web-1-abcde gone, pod late gone.',
  );
});

test('nobody looks: no live messages are asked for', async () => {
  await using opened = await openMockLab(site, { viewport: { width: 390, height: 844 } });
  const { page, lab } = opened;
  await page.getByRole('button', { name: 'Open the lab' }).click();
  await soon(() => lab.told.at(-1)).toEqual({ type: 'live', on: true });
  await page.getByRole('button', { name: 'Back to the lesson' }).click();
  await soon(() => lab.told.at(-1)).toEqual({ type: 'live', on: false });
});
