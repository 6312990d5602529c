import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { clusterName } from '../../../sandbox-server/cluster/kind/labels.ts';
import { onNode } from '../../../sandbox-server/cluster/kind/node-command.ts';
import { namespaceOf } from '../../../sandbox-server/cluster/sessions/learner-namespace.ts';
import { ClusterSessions } from '../../../sandbox-server/cluster/sessions/cluster-sessions.ts';
import { clusterLeftovers, realClusters } from '../../support/clusters.ts';

const IMAGE = 'docker.io/library/busybox:drydock';
const CLUSTER = 'shared';
const ONE = 'learner1';
const TWO = 'learner2';
/** As the nodes themselves reach it; the learner's kubectl runs on one of them here. */
const SERVER = 'https://127.0.0.1:6443';
const SECONDS = 3600;
/** The controller may just be starting; a policy takes kube-router a moment. */
const INGRESS_MS = 60_000;

/** On the node; its /tmp does not outlive a restart. */
const configOf = (learner: string) => `/kind/${learner}.conf`;
const tokenOf = (learner: string) => `/kind/${learner}.token`;
const specOf = (id: string) => ({ id, seconds: SECONDS, server: SERVER, tokenFile: tokenOf(id) });

const real = realClusters();
const control = `${clusterName(real.options.owner, CLUSTER)}-control-plane`;
let sessions: ClusterSessions;

beforeAll(async () => {
  await real.clusters.create({ id: CLUSTER, nodes: 1 });
  sessions = new ClusterSessions(await real.clusters.access(CLUSTER));
  await sessions.prepare();
  for (const id of [ONE, TWO]) {
    const { kubeconfig, token } = await sessions.open(specOf(id));
    for (const [path, input] of [
      [configOf(id), kubeconfig],
      [tokenOf(id), token],
    ] as const)
      await onNode(real.options.program, control, ['sh', '-c', 'cat > "$1"', 'sh', path], { input });
  }
});

afterAll(async () => {
  sessions?.[Symbol.dispose]();
  await real[Symbol.asyncDispose]();
  expect(await clusterLeftovers(real.docker, real.options.owner)).toEqual([]);
});

/** Runs kubectl as a learner; an object among the words is what a manifest holds. Rejects with what kubectl complains of. */
function as(learner: string, ...words: (string | object)[]): Promise<string> {
  const manifest = words.find((word) => typeof word === 'object');
  const args = words.map((word) => (typeof word === 'string' ? word : '--filename=-'));
  const input = manifest === undefined ? {} : { input: JSON.stringify(manifest) };
  return onNode(real.options.program, control, ['kubectl', `--kubeconfig=${configOf(learner)}`, ...args], input);
}

/** What kubectl says beside its answer, such as warnings. */
const saidBeside = (learner: string, manifest: object) =>
  onNode(
    real.options.program,
    control,
    ['sh', '-c', `kubectl --kubeconfig=${configOf(learner)} apply --filename=- 2>&1 >/dev/null`],
    { input: JSON.stringify(manifest) },
  );

const admin = (...args: string[]) => onNode(real.options.program, control, ['kubectl', ...args]);

function pod(name: string, spec: Record<string, unknown> = {}, container: Record<string, unknown> = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'main', image: IMAGE, command: ['sleep', '3600'], ...container }],
      ...spec,
    },
  };
}

/** Of wget: what it says of an address that answers nothing, or that a policy refuses. */
const UNREACHED = /\(exit 143\)|timed out|refused|unreachable/;
const FORBIDDEN = /forbidden|violates PodSecurity/i;

describe('what a learner may not do', () => {
  test.each([
    ['a privileged container', pod('bad', {}, { securityContext: { privileged: true } })],
    ['the node’s processes', pod('bad', { hostPID: true })],
    ['the node’s network', pod('bad', { hostNetwork: true })],
    ['the node’s files', pod('bad', { volumes: [{ name: 'host', hostPath: { path: '/' } }] })],
    ['a priority of the system', pod('bad', { priorityClassName: 'system-node-critical' })],
  ])('a pod with %s is denied', async (_what, manifest) => {
    await expect(as(ONE, 'apply', manifest)).rejects.toThrow(FORBIDDEN);
  });

  test.each([
    ['the node’s processes', { hostPID: true }, /violates PodSecurity/],
    ['a priority of the system', { priorityClassName: 'system-node-critical' }, /priority classes system-… are for/],
  ])('so is one with %s that a Deployment would make', async (_what, more, why) => {
    const template = pod('bad', more) as { metadata: object; spec: object };
    const { metadata, spec } = template;
    await as(ONE, 'apply', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'bad' },
      spec: {
        selector: { matchLabels: { app: 'bad' } },
        template: { metadata: { ...metadata, name: undefined }, spec },
      },
    });
    const message = () =>
      admin('--namespace', namespaceOf(ONE), 'get', 'events', '--field-selector=reason=FailedCreate', '--output=json');
    await expect.poll(message).toMatch(why);
    expect(await as(ONE, 'get', 'pods', '--selector=app=bad', '--output=name')).toBe('');
    await as(ONE, 'delete', 'deployment', 'bad');
  });

  test.each([
    ['make a namespace', ['create', 'namespace', 'mine']],
    [
      'relabel its own',
      ['label', 'namespace', namespaceOf(ONE), 'pod-security.kubernetes.io/enforce=privileged', '--overwrite'],
    ],
    ['make a volume of the node’s files', ['apply', volume('/')]],
    ['make one by a detour', ['apply', volume('/var/../')]],
    ['run a command in kube-system', ['--namespace=kube-system', 'exec', 'deploy/coredns', '--', 'true']],
    ['get a token there', ['--namespace=kube-system', 'create', 'token', 'default']],
    ['make a Deployment there', ['--namespace=kube-system', 'create', 'deployment', 'x', `--image=${IMAGE}`]],
    ['make a DaemonSet there', ['--namespace=kube-system', 'apply', daemonSet()]],
    ['make a Service beside those of the ingress controller', ['--namespace=drydock-ingress', 'apply', service('x')]],
    ['debug a node', ['debug', `node/${control}`, `--image=${IMAGE}`]],
    ['go through a kubelet', ['get', '--raw', '/api/v1/nodes/x/proxy/pods']],
    ['approve a certificate', ['certificate', 'approve', 'x']],
    ['be somebody else', ['get', 'pods', '--as=system:admin', '--as-group=system:masters']],
    ['be bound to cluster-admin', ['create', 'clusterrolebinding', 'x', '--clusterrole=cluster-admin', '--user=x']],
    ['bind it within', ['create', 'rolebinding', 'x', '--clusterrole=cluster-admin', '--user=x']],
    ['write a role of more than it has', ['create', 'role', 'x', '--verb=update', '--resource=resourcequotas']],
    ['lift its quota', ['delete', 'resourcequota', 'drydock-quota']],
    ['lift its limits', ['delete', 'limitrange', 'drydock-limits']],
    ['take away the policy between neighbours', ['delete', 'networkpolicy', 'drydock-neighbours']],
    ['take away all policies', ['delete', 'networkpolicies', '--all']],
    ['change a StorageClass', ['patch', 'storageclass', 'standard', '--patch={"reclaimPolicy":"Retain"}']],
    ['read a neighbour’s secrets', [`--namespace=${namespaceOf(TWO)}`, 'get', 'secrets']],
    ['write to a neighbour', [`--namespace=${namespaceOf(TWO)}`, 'create', 'configmap', 'x']],
    ['see all pods', ['get', 'pods', '--all-namespaces']],
  ] as [string, (string | object)[]][])('it can’t %s', async (_what, words) => {
    await expect(as(ONE, ...words)).rejects.toThrow(FORBIDDEN);
  });

  test.each([
    'mutatingwebhookconfigurations',
    'validatingwebhookconfigurations',
    'validatingadmissionpolicies',
    'storageclasses',
    'endpoints',
    'endpointslices',
    'events',
  ])('it may create no %s', async (resource) => {
    await expect(as(ONE, 'auth', 'can-i', 'create', resource)).rejects.toThrow(/exit 1/);
  });

  test('its quota counts all that it names', async () => {
    const quota = async (field: string) =>
      Object.keys(
        JSON.parse(await as(ONE, 'get', 'resourcequota', `--output=jsonpath={.items[0].${field}}`)) as object,
      );
    expect((await quota('spec.hard')).length).toBeGreaterThan(20);
    expect((await quota('status.used')).toSorted()).toEqual((await quota('spec.hard')).toSorted());
  });

  test('a Service can’t claim an address outside', async () => {
    const spec = { ports: [{ port: 80 }], externalIPs: ['192.0.2.1'] };
    await expect(
      as(ONE, 'apply', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' }, spec }),
    ).rejects.toThrow(FORBIDDEN);
  });
});

describe('what a learner’s pods reach', () => {
  let node = '';
  let neighbour = '';

  beforeAll(async () => {
    await as(ONE, 'apply', pod('client'));
    const serve = 'mkdir /w && echo hello > /w/index.html && httpd -f -p 8080 -h /w';
    for (const learner of [ONE, TWO]) await as(learner, 'apply', pod('server', {}, { command: ['sh', '-c', serve] }));
    await as(ONE, 'wait', '--for=condition=Ready', 'pod/client', 'pod/server', '--timeout=120s');
    await as(TWO, 'wait', '--for=condition=Ready', 'pod/server', '--timeout=120s');
    neighbour = await as(TWO, 'get', 'pod', 'server', '--output=jsonpath={.status.podIP}');
    node = await as(ONE, 'get', 'pod', 'client', '--output=jsonpath={.status.hostIP}');
    // As much as a learner can open.
    const open = { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [{}], egress: [{}] };
    const metadata = { name: 'open' };
    const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: open };
    // It is taken, and its author told what it is worth here.
    expect(await saidBeside(ONE, policy)).toContain('this one blocks nothing');
  });

  /** Asks for a page from the client pod: its text, or why there was none. */
  const ask = (url: string) =>
    as(ONE, 'exec', 'client', '--', 'timeout', '3', 'wget', '-qO-', url).catch((error: Error) => error.message);

  test('its own pods, by address', async () => {
    const own = await as(ONE, 'get', 'pod', 'server', '--output=jsonpath={.status.podIP}');
    await expect.poll(() => ask(`http://${own}:8080`)).toBe('hello\n');
  });

  test('not a neighbour’s, whatever policies it writes', async () => {
    expect(await ask(`http://${neighbour}:8080`)).toMatch(UNREACHED);
    expect(
      await admin('--namespace', namespaceOf(TWO), 'exec', 'server', '--', 'wget', '-qO-', 'http://127.0.0.1:8080'),
    ).toBe('hello\n');
  });

  test('the kubelet asks who comes, and lets nobody in', async () => {
    const said = await as(
      ONE,
      ...[
        'exec',
        'client',
        '--',
        'timeout',
        '5',
        'wget',
        '--no-check-certificate',
        '-qO-',
        `https://${node}:10250/pods`,
      ],
    ).catch((error: Error) => error.message);
    expect(said).toMatch(/401 Unauthorized|403 Forbidden/);
  });

  test.each([
    ['etcd', 2379, 'closed'],
    ['etcd', 2380, 'closed'],
    ['kube-router', 20244, 'closed'],
    ['kube-router', 179, 'closed'],
    ['the API server', 6443, 'open'],
  ])('of the node, %s (port %i) is %s', async (_what, port, expected) => {
    // nc runs `true` once it is connected.
    const connect = ['timeout', '3', 'nc', '-w', '2', node, String(port), '-e', 'true'];
    const said = await as(ONE, 'exec', 'client', '--', ...connect).then(
      () => 'open',
      () => 'closed',
    );
    expect(said).toBe(expected);
  });

  test('nothing outside of the cluster: not the host, not what is beyond, and not after the node was restarted', async () => {
    await using host = await openServer();
    const { NetworkSettings } = await real.docker.getContainer(control).inspect();
    const [network] = Object.values(NetworkSettings.Networks);
    const onHost = `http://${network?.Gateway}:${host.port}`;
    const check = async () => {
      expect(await onNode(real.options.program, control, ['curl', '--silent', '--max-time', '5', onHost])).toBe(
        'host\n',
      );
      for (const url of [onHost, 'http://169.254.169.254']) expect(await ask(url), url).toMatch(UNREACHED);
    };
    await check();
    await real.docker.getContainer(control).stop();
    await real.clusters.revive(CLUSTER);
    await expect
      .poll(() => ask('http://127.0.0.1').then((said) => /refused/.test(said)), { timeout: 120_000 })
      .toBe(true);
    await check();
  });
});

describe('what a lesson needs', () => {
  test('works: Roles and bindings, policies, claims, Deployments, Services with names', async () => {
    await as(ONE, 'create', 'role', 'viewer', '--verb=get,list', '--resource=pods');
    await as(ONE, 'create', 'serviceaccount', 'viewer');
    await as(ONE, 'create', 'rolebinding', 'viewer', '--role=viewer', `--serviceaccount=${namespaceOf(ONE)}:viewer`);
    await as(ONE, 'create', 'deployment', 'web', `--image=${IMAGE}`, '--replicas=2', '--', 'sleep', '3600');
    await as(ONE, 'rollout', 'status', 'deployment/web', '--timeout=120s');
    await as(ONE, 'apply', {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '16Mi' } } },
    });
    await as(ONE, 'expose', 'pod', 'server', '--port=80', '--target-port=8080');
    await expect
      .poll(() => as(ONE, 'exec', 'client', '--', 'wget', '-qO-', 'http://server').catch(String))
      .toBe('hello\n');
    expect(await as(ONE, 'auth', 'can-i', 'list', 'pods')).toBe('yes\n');
    expect(await as(ONE, 'get', 'nodes', '--no-headers')).toContain('Ready');
  });

  // kind's own image has no controller for it; see README.md.
  describe.runIf(inject('nodeImage').ingress === true)('an Ingress', () => {
    const addressOf = async (learner: string) => {
      const status = () =>
        as(learner, 'get', 'ingress', 'shop', '--output=jsonpath={.status.loadBalancer.ingress[0].ip}');
      await expect.poll(status, { timeout: INGRESS_MS }).toMatch(/^10\.96\./);
      return await status();
    };
    /** The whole answer, or why there was none. */
    const ask = (learner: string, address: string, host: string) => {
      // The pause keeps the connection open until the answer is there.
      const request = `(printf 'GET / HTTP/1.0\\r\\nHost: ${host}\\r\\n\\r\\n'; sleep 1) | timeout 5 nc ${address} 80`;
      return as(learner, 'exec', 'shop', '--', 'sh', '-c', request).catch((error: Error) => error.message);
    };

    beforeAll(async () => {
      for (const learner of [ONE, TWO]) {
        const serve = `mkdir /w && echo shop of ${learner} > /w/index.html && exec httpd -f -p 8080 -h /w`;
        await as(learner, 'apply', pod('shop', {}, { command: ['sh', '-c', serve] }));
        await as(learner, 'expose', 'pod', 'shop', '--port=80', '--target-port=8080');
        await as(learner, 'create', 'ingress', 'shop', '--rule=shop.example/*=shop:80');
        await as(learner, 'wait', '--for=condition=Ready', 'pod/shop', '--timeout=120s');
      }
    });

    test('is answered in its own namespace, whatever host a neighbour has taken, and at an address of its own', async () => {
      for (const learner of [ONE, TWO]) {
        const address = await addressOf(learner);
        await expect
          .poll(() => ask(learner, address, 'shop.example'), { timeout: INGRESS_MS })
          .toContain(`shop of ${learner}\n`);
      }
      expect(await addressOf(ONE)).not.toBe(await addressOf(TWO));
      // Who answers is the controller's to say.
      await expect(as(ONE, 'auth', 'can-i', 'patch', 'ingresses', '--subresource=status')).rejects.toThrow(/exit 1/);
    });

    test('for a host that nobody has, tells which there are', async () => {
      const said = await ask(ONE, await addressOf(ONE), 'shop.exmaple');
      expect(said).toMatch(/^HTTP\/1\.[01] 404 /);
      expect(said).toContain(`No Ingress in namespace ${namespaceOf(ONE)} has host "shop.exmaple"`);
      expect(said).toContain('Hosts there: shop.example.');
    });

    test('does not lead a neighbour in, whatever policies it writes', async () => {
      expect(await ask(TWO, await addressOf(TWO), 'shop.example')).toContain(`shop of ${TWO}\n`);
      expect(await ask(ONE, await addressOf(TWO), 'shop.example')).toMatch(UNREACHED);
    });

    test('that is gone has no address any more', async () => {
      await as(TWO, 'delete', 'ingress', 'shop');
      const services = () => admin('--namespace=drydock-ingress', 'get', 'services', '--output=name');
      await expect.poll(services, { timeout: INGRESS_MS }).toBe(`service/${namespaceOf(ONE)}\n`);
    });
  });

  test('the namespace is the default one, and the token is the learner’s own', async () => {
    expect(await as(ONE, 'config', 'view', '--minify', '--output=jsonpath={..namespace}')).toBe(namespaceOf(ONE));
    expect(await as(ONE, 'auth', 'whoami', '--output=jsonpath={.status.userInfo.username}')).toBe(
      `system:serviceaccount:${namespaceOf(ONE)}:drydock-learner`,
    );
  });

  test('a server that starts again finds the sessions, and opens one again without harm', async () => {
    using later = new ClusterSessions(await real.clusters.access(CLUSTER));
    expect((await later.list()).toSorted()).toEqual([ONE, TWO]);
    await later.open(specOf(ONE));
    expect(await as(ONE, 'get', 'pod', 'client', '--output=jsonpath={.status.phase}')).toBe('Running');
  });

  test('closed, all of it goes, and the neighbour stays', async () => {
    await sessions.close(ONE);
    await expect.poll(() => sessions.list(), { timeout: 120_000 }).toEqual([TWO]);
    await expect(as(ONE, 'get', 'pods')).rejects.toThrow(/Unauthorized|logged in|forbidden/i);
    expect(await as(TWO, 'get', 'pod', 'server', '--output=jsonpath={.status.phase}')).toBe('Running');
    await sessions.close(ONE);
  });
});

function service(name: string): object {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80, targetPort: 8080 }] } };
}

function daemonSet(): object {
  const { metadata, spec } = pod('bad') as { metadata: object; spec: object };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'bad' },
    spec: { selector: { matchLabels: { app: 'bad' } }, template: { metadata: { ...metadata, name: undefined }, spec } },
  };
}

/** A program on the host that answers whoever asks. */
async function openServer() {
  const server = createServer((_request, answer) => answer.end('host\n')).listen(0, '0.0.0.0');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function volume(path: string): object {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'host' },
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path } },
  };
}
