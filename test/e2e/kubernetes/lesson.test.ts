import { AxeBuilder } from '@axe-core/playwright';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { thisHost } from '../../../sandbox-server/setup/host.ts';
import { silentProgress } from '../../../sandbox-server/setup/progress.ts';
import { ROOT } from '../../../scripts/options.ts';
import { buildSite } from '../../../scripts/site.ts';
import { launchChromium } from '../../support/chromium.ts';
import { MADE_MS, POD_MS, startWithClusters } from '../../support/cluster-labs.ts';
import { clusterLeftovers } from '../../support/clusters.ts';
import { leftovers, realDocker } from '../../support/engine.ts';
import { inTheme } from '../../support/in-theme.ts';
import { LabPage } from '../../support/lab-page.ts';
import type { ServerProcess } from '../../support/server-process.ts';
import { dataFolder, type DataFolder } from '../../support/test-server.ts';

const WITHIN = { timeout: POD_MS, interval: 50 };

let data: DataFolder;
let server: ServerProcess;
let browser: Browser;
let lab: LabPage;

async function startServer(port: number): Promise<void> {
  const host = thisHost({ HOME: homedir(), PATH: dirname(process.execPath) });
  const siteDir = await buildSite({ root: ROOT, host, progress: silentProgress });
  server = await startWithClusters(data, { siteDir, contentDir: join(ROOT, 'content'), port });
}

beforeAll(async () => {
  data = dataFolder();
  await startServer(0);
  browser = await launchChromium();
  // Axe wants a context to itself.
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await LabPage.withoutWebgl(page);
  lab = new LabPage(page);
});

afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
  const docker = realDocker();
  expect(await leftovers(docker, data.owner)).toEqual([]);
  expect(await clusterLeftovers(docker, data.owner)).toEqual([]);
  data[Symbol.dispose]();
});

/** What the picture beside the terminal says. */
const live = () => lab.page.locator('.ws-live').innerText();
const showsLive = (wanted: RegExp) => expect.poll(live, WITHIN).toMatch(wanted);

/** One block of the page, by what its code has in it. */
const block = (code: string) => lab.page.locator('[data-run-block]', { hasText: code }).locator('[data-run]').first();

async function axe(): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page: lab.page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

describe('a learner goes through a lesson on a real cluster', () => {
  test('one who is early sees how far the cluster is, and gets a kubectl that answers', async () => {
    await lab.page.goto(`${server.url}/containers/kubernetes/deployments/`);
    await lab.page.locator('[data-start-lab]').first().click();
    await expect
      .poll(() => lab.page.locator('#workspace').textContent(), { timeout: MADE_MS, interval: 50 })
      .toMatch(/Kubernetes: /);
    await expect.poll(() => lab.screen().catch(() => ''), { timeout: MADE_MS }).toMatch(/\$$/);
    await lab.types('kubectl get pods');
    await lab.shows(/No resources found in lab-/);
  });

  test('the picture shows the node, and then the Deployment with its pods', async () => {
    await lab.page.getByRole('tab', { name: /^Live/ }).first().click();
    await showsLive(/node control-plane · ready/);
    await lab.runs(block('kubectl create configmap shop-api'));
    await showsLive(/api\s+1 of 1 ready/);
    await showsLive(/api-\w+-\w+ node:22-slim\s+Running/);
  });

  test.each(['light', 'dark'] as const)('axe finds nothing in the %s theme', async (colorScheme) => {
    await inTheme(lab.page, colorScheme);
    expect(await axe()).toEqual([]);
  });

  test('a wrong answer is turned down, and says what was expected and what is there', async () => {
    await lab.types('kubectl scale deployment/api --replicas=4');
    await lab.taskIs('scale', 'notYet');
    await lab.verdictIs('scale', /the file says something else/);
  });

  test('the right one is ticked, and the picture counts four', async () => {
    await lab.atPrompt();
    await lab.types("sed -i 's/replicas: 1/replicas: 4/' k8s/api.yaml; kubectl apply -f k8s/api.yaml");
    await lab.taskIs('scale', 'done');
    await showsLive(/api\s+4 of 4 ready/);
  });

  test('a pod dies in the picture, and its successor arrives', async () => {
    await lab.atPrompt();
    const pods = () => lab.page.locator('.ws-container:not([data-phase="leaving"]) strong').allTextContents();
    const before = await pods();
    expect(before).toHaveLength(4);
    await lab.types(`kubectl delete pod ${before[0]!}`);
    await expect.poll(async () => (await pods()).includes(before[0]!), WITHIN).toBe(false);
    await showsLive(/api\s+4 of 4 ready/);
    await expect.poll(async () => (await pods()).length, WITHIN).toBe(4);
  });

  test('after a reload, and after the server was killed, everything is as it was', async () => {
    await lab.atPrompt();
    await lab.types('clear; WORD=kept');
    await lab.shows(/^\S*\$$/);
    await lab.page.reload();
    await lab.taskIs('scale', 'done');
    const { port } = new URL(server.url);
    await server.end('SIGKILL');
    await expect.poll(() => lab.page.locator('.ws-chip').textContent(), WITHIN).toMatch(/connect/i);
    await startServer(Number(port));
    await lab.atPrompt();
    await lab.types('echo $WORD; kubectl get deployment api -o name');
    await lab.shows(/^kept\ndeployment\.apps\/api$/m);
    await showsLive(/api\s+4 of 4 ready/);
  });

  test('on a phone the picture can be read without scrolling sideways', async () => {
    await lab.page.setViewportSize({ width: 390, height: 844 });
    const open = lab.page.locator('[data-open-lab]');
    if (await open.isVisible()) await open.click();
    await lab.page.getByRole('tab', { name: /^Live/ }).first().click();
    await showsLive(/api\s+4 of 4 ready/);
    const sideways = () =>
      lab.page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    expect(await sideways()).toBe(false);
    const { width } = (await lab.page.locator('.ws-live').boundingBox())!;
    expect(width).toBeLessThanOrEqual(390);
    expect(await axe()).toEqual([]);
  });
});
