import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NODE_COMPONENTS } from '../../../../sandbox-server/setup/kubernetes/components.ts';
import { componentVersion } from '../../../../sandbox-server/setup/kubernetes/go-programs.ts';
import { KUBERNETES_VERSION } from '../../../../sandbox-server/setup/kubernetes/versions.ts';

const IMAGES = join(import.meta.dirname, '../../../../images/kubernetes');

test('each component has its pinned modules, and each of its programs is a tool there', () => {
  expect(readdirSync(join(IMAGES, 'go')).sort()).toEqual(NODE_COMPONENTS.map(({ name }) => name).sort());
  for (const { name, programs } of NODE_COMPONENTS) {
    const text = readFileSync(join(IMAGES, 'go', name, 'go.mod'), 'utf8');
    for (const path of Object.values(programs)) expect(text, name).toContain(`${path}\n`);
  }
});

test('Kubernetes is built in the version of the official image', async () => {
  const [kubernetes] = NODE_COMPONENTS;
  expect(await componentVersion(kubernetes!, join(IMAGES, 'go'))).toBe(KUBERNETES_VERSION);
});

/** Module → version, of what a go.mod requires. */
const required = (name: string) =>
  new Map(
    [...readFileSync(join(IMAGES, 'go', name, 'go.mod'), 'utf8').matchAll(/^\t(\S+) (v\S+)(?: \/\/ indirect)?$/gm)].map(
      ([, module = '', version = '']) => [module, version],
    ),
  );

test('the ingress controller is made of modules that Kubernetes is made of, so that Go compiles them once', () => {
  const kubernetes = required('kubernetes');
  // Of its tests only.
  const others = new Map([['github.com/kr/text', 'v0.2.0']]);
  const ingress = [...required('ingress')];
  expect(ingress.length).toBeGreaterThan(20);
  for (const [module, version] of ingress) expect(kubernetes.get(module) ?? others.get(module), module).toBe(version);
});

test('manifests name the versions that are built', async () => {
  const manifests = [
    join(IMAGES, 'node/manifests/default-cni.yaml'),
    join(IMAGES, 'node/manifests/default-storage.yaml'),
    join(import.meta.dirname, '../../../../sandbox-server/cluster/kind/manifests/metrics-server.yaml'),
  ].map((path) => readFileSync(path, 'utf8'));
  for (const name of ['kube-router', 'local-path-provisioner', 'metrics-server']) {
    const component = NODE_COMPONENTS.find((one) => one.name === name);
    const version = await componentVersion(component!, join(IMAGES, 'go'));
    const named = manifests.flatMap((text) => [...text.matchAll(new RegExp(`image: \\S+/${name}:(\\S+)`, 'g'))]);
    expect(named.length, name).toBeGreaterThan(0);
    for (const [, tag] of named) expect(tag, name).toBe(version);
  }
});
