import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterLeftovers } from '../../support/clusters.ts';
import { leftovers, realDocker, sandboxLeftovers } from '../../support/engine.ts';
import { MADE_MS, labOf, nodesOf, POD_MS, startWithClusters } from '../../support/cluster-labs.ts';
import { Learner } from '../../support/learner.ts';
import type { ServerProcess } from '../../support/server-process.ts';
import type { TerminalSocket } from '../../support/terminal-socket.ts';
import { dataFolder, OWN_CLUSTER } from '../../support/test-server.ts';

const docker = realDocker();

describe('labs with a cluster of their own', () => {
  const data = dataFolder();
  let server: ServerProcess;
  let lab: Awaited<ReturnType<typeof labOf>>;
  let terminal: TerminalSocket;
  /** The word is written in two parts, so that the echo of the line is not taken for the answer. */
  const refused = async (command: string, says: string) =>
    await terminal.runs(`${command} 2>&1 | grep -o -m1 "${says[0]}""${says.slice(1)}"`, `${says}\r\n`, POD_MS);

  beforeAll(async () => {
    server = await startWithClusters(data);
    lab = await labOf(server, OWN_CLUSTER);
    terminal = lab.terminal;
    await terminal.runs(
      `worker=$(kubectl get nodes -o name | grep worker); echo wor""ker $worker`,
      'worker node/',
      POD_MS,
    );
  }, MADE_MS);

  afterAll(async () => {
    lab.events.close();
    await server.end('SIGTERM');
    expect(await leftovers(docker, data.owner)).toEqual([]);
    expect(await clusterLeftovers(docker, data.owner)).toEqual([]);
    data[Symbol.dispose]();
  });

  test('it has as many nodes as the lab asks for, and the learner a namespace in it', async () => {
    await terminal.runs('kubectl get nodes --no-headers | awk "{print \\$2}"', 'Ready\r\nReady\r\n', POD_MS);
    await terminal.runs('kubectl get pods', 'No resources found in lab-', POD_MS);
    await terminal.runs('kubectl run web --image=busybox:1.37 -- sleep 3600', 'pod/web created', POD_MS);
    await lab.events.taskIs('run', 'done', POD_MS);
  });

  test('a NetworkPolicy of the learner’s own closes what it names, and opens it when it goes', async () => {
    const ask = 'kubectl exec web -- timeout 2 wget -qO- http://server:8080/passwd >/dev/null 2>&1';
    const image = '--image=busybox:1.37';
    const until = async (condition: string, says: string) =>
      await terminal.runs(`${condition}; do sleep 1; done; echo it is n""ow ${says}`, `it is now ${says}\r\n`, POD_MS);
    await terminal.runs(`kubectl run server ${image} -- httpd -f -p 8080 -h /etc`, 'pod/server created', POD_MS);
    await terminal.runs('kubectl expose pod server --port=8080', 'service/server exposed', POD_MS);
    await terminal.runs('kubectl wait --for=condition=Ready pod --all --timeout=2m', 'pod/web condition met', POD_MS);
    await until(`until ${ask}`, 'open');
    const spec = { podSelector: { matchLabels: { run: 'server' } }, policyTypes: ['Ingress'] };
    const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'deny' }, spec };
    await terminal.runs(`kubectl apply -f - <<< '${JSON.stringify(policy)}'`, 'deny created', POD_MS);
    await until(`while ${ask}`, 'closed');
    await terminal.runs('kubectl delete networkpolicy deny', ' deleted', POD_MS);
    await until(`until ${ask}`, 'open');
    await terminal.runs('kubectl delete --now pod/server service/server', 'service "server" deleted', POD_MS);
  });

  test('the learner cordons, drains and labels nodes, and sees the pods of all namespaces', async () => {
    await terminal.runs('kubectl cordon $worker', ' cordoned', POD_MS);
    await terminal.runs('kubectl uncordon $worker', ' uncordoned', POD_MS);
    await terminal.runs('kubectl drain $worker --ignore-daemonsets --delete-emptydir-data --force', ' drained', POD_MS);
    await terminal.runs('kubectl uncordon $worker', ' uncordoned', POD_MS);
    await terminal.runs('kubectl label $worker disk=fast', ' labeled', POD_MS);
    await terminal.runs('kubectl get pods -A | grep -o -m1 kube-api""server', 'kube-apiserver\r\n', POD_MS);
  });

  test('and has no way to the host, to the nodes, or to the cluster’s own pods', async () => {
    const overrides = (spec: object) => `--overrides='${JSON.stringify({ spec })}'`;
    await refused(`kubectl run a --image=busybox:1.37 ${overrides({ hostPID: true })}`, 'violates PodSecurity');
    await refused(`kubectl run b --image=busybox:1.37 --privileged`, 'violates PodSecurity');
    await refused('kubectl create namespace other', 'forbidden');
    await refused(
      `kubectl label namespace $(kubectl config view --minify -o jsonpath='{..namespace}') pod-security.kubernetes.io/enforce=privileged --overwrite`,
      'forbidden',
    );
    await refused('kubectl exec -n kube-system deploy/coredns -- true', 'forbidden');
    await refused('kubectl delete pod -n kube-system --all', 'forbidden');
    await refused('kubectl get --raw /api/v1/$worker/proxy/pods', 'forbidden');
    await refused('kubectl get secrets -n kube-system', 'forbidden');
    await refused('kubectl auth can-i create clusterrolebindings', 'no');
    await refused('kubectl auth can-i create persistentvolumes', 'no');
    await refused('kubectl auth can-i delete nodes', 'no');
  });

  test('a node that is switched off is gone, and comes back with its power; the control plane stays', async () => {
    await refused('power off $(kubectl get nodes -o name | grep control-plane)', 'This is the control plane');
    await refused(
      'kubectl label $(kubectl get nodes -o name | grep control-plane) node-role.kubernetes.io/control-plane-',
      'is decided',
    );
    await terminal.runs('power off', 'usage: power off NODE', POD_MS);
    await terminal.runs('power off $worker', 'has lost its power', POD_MS);
    await terminal.runs('kubectl wait $worker --for=condition=Ready=Unknown --timeout=90s', 'condition met', MADE_MS);
    await terminal.runs('power on $worker', 'has power again', POD_MS);
    await terminal.runs('kubectl wait $worker --for=condition=Ready=True --timeout=90s', 'condition met', MADE_MS);
  });

  test('a server that was killed takes it up again', async () => {
    const before = await nodesOf(docker, data, { dedicated: true });
    await server.end('SIGKILL');
    lab.events.close();
    server = await startWithClusters(data, { port: Number(new URL(server.url).port) });
    expect(await nodesOf(docker, data, { dedicated: true })).toEqual(before);
    const events = await lab.learner.events(lab.id);
    terminal = await lab.learner.terminal(lab.id, (await events.reaches('ready')).terminals[0]!.id);
    await terminal.runs(
      `worker=$(kubectl get nodes -o name | grep worker); power off $worker`,
      'has lost its power',
      POD_MS,
    );
    await terminal.runs('kubectl wait $worker --for=condition=Ready=Unknown --timeout=90s', 'condition met', MADE_MS);
    lab = { ...lab, events, terminal };
  });

  test('a lab that ends takes its cluster with it', async () => {
    await lab.learner.request('DELETE', `/api/sessions/${lab.id}`);
    await expect.poll(() => nodesOf(docker, data, { dedicated: true }), { timeout: POD_MS }).toEqual([]);
    await expect.poll(() => sandboxLeftovers(docker, data.owner), { timeout: POD_MS }).toEqual([]);
  });

  test('a server that is killed while it makes one goes on when it is back, and leaves nothing over', async () => {
    const learner = new Learner(server.url);
    const { id } = await learner.start(OWN_CLUSTER);
    await expect.poll(() => nodesOf(docker, data, { dedicated: true }), { timeout: MADE_MS }).not.toEqual([]);
    await server.end('SIGKILL');
    server = await startWithClusters(data, { port: Number(new URL(server.url).port) });
    const events = await learner.events(id);
    await events.until('the lab is ready', () => events.session?.state === 'ready', MADE_MS);
    const own = await learner.terminal(id, events.session.terminals[0]!.id);
    await own.runs('kubectl get nodes --no-headers | awk "{print \\$2}"', 'Ready\r\nReady\r\n', POD_MS);
    // What the killed one had begun may come into being for a moment more.
    const inTwoMinutes = { timeout: 120_000, interval: 500 };
    await expect.poll(() => nodesOf(docker, data, { dedicated: true }), inTwoMinutes).toHaveLength(2);
    events.close();
    await learner.request('DELETE', `/api/sessions/${id}`);
    await expect.poll(() => nodesOf(docker, data, { dedicated: true }), { timeout: POD_MS }).toEqual([]);
  });
});
