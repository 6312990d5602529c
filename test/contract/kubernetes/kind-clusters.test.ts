import { expect, test } from 'vitest';
import { KindClusters } from '../../../sandbox-server/cluster/kind/kind-clusters.ts';
import { clusterFilters, clusterName } from '../../../sandbox-server/cluster/kind/labels.ts';
import { onNode } from '../../../sandbox-server/cluster/kind/node-command.ts';
import { clusterLeftovers, realClusters } from '../../support/clusters.ts';
import { clustersContract } from '../clusters.contract.ts';

clustersContract('kind clusters', () => {
  const { clusters, docker, options, [Symbol.asyncDispose]: dispose } = realClusters();
  const control = (id: string) => `${clusterName(options.owner, id)}-control-plane`;
  return Promise.resolve({
    clusters,
    again: () => new KindClusters(options),
    leftovers: (id) => clusterLeftovers(docker, options.owner, id),
    stopNode: async (id, index) => {
      const nodes = await docker.listContainers({ all: true, filters: clusterFilters(options.owner, id) });
      const names = nodes.map(({ Names }) => (Names[0] ?? '').slice(1)).sort();
      await docker.getContainer(names[index]!).stop();
    },
    // A manifest is given as what the file would hold.
    kubectl: (id, ...args) => {
      const file = args.indexOf('--filename') + 1;
      const input = file > 0 ? args[file] : undefined;
      const command = file > 0 ? args.with(file, '-') : args;
      return onNode(options.program, control(id), ['kubectl', ...command], input === undefined ? {} : { input });
    },
    [Symbol.asyncDispose]: dispose,
  });
});

test('a missing image is told as such, and nothing is left', async () => {
  await using one = realClusters({ image: { tag: 'drydock-kubernetes/node:missing' } });
  const made = one.clusters.create({ id: 'abcd', nodes: 1 });
  await expect(made).rejects.toMatchObject({ code: 'cluster-image-missing', status: 503 });
  expect(await clusterLeftovers(one.docker, one.options.owner)).toEqual([]);
});

test('too little memory is told with how much is needed, before anything is made', async () => {
  await using one = realClusters({ availableMemory: () => Promise.resolve(512 * 1024 ** 2) });
  await expect(one.clusters.create({ id: 'abcd', nodes: 2 })).rejects.toMatchObject({
    code: 'cluster-no-memory',
    message: 'A cluster of 2 nodes needs 1408 MiB of memory, and the server’s host has 512 MiB left.',
  });
  expect(await clusterLeftovers(one.docker, one.options.owner)).toEqual([]);
});

test('an engine that does not answer is told as gone', async () => {
  await using one = realClusters();
  const { options } = one;
  const env = { ...options.program.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' };
  const clusters = new KindClusters({ ...options, program: { ...options.program, env } });
  await expect(clusters.create({ id: 'abcd', nodes: 1 })).rejects.toMatchObject({ code: 'engine-gone' });
  expect(await clusterLeftovers(one.docker, options.owner)).toEqual([]);
});

test('two servers on one engine leave each other’s clusters alone', async () => {
  await using one = realClusters();
  await using two = realClusters();
  await one.docker.createNetwork({
    Name: clusterName(one.options.owner, 'abcd'),
    Labels: { 'drydock.cluster-owner': one.options.owner, 'drydock.cluster': 'abcd' },
  });
  await two.clusters.reconcile([]);
  expect(await clusterLeftovers(one.docker, one.options.owner)).toHaveLength(1);
  // What was never finished goes, even when it is one to be kept.
  await one.clusters.reconcile(['abcd']);
  expect(await clusterLeftovers(one.docker, one.options.owner)).toEqual([]);
});
