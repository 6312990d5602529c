import { expect, test } from 'vitest';
import { kubernetesChecks } from '../../../../sandbox-server/grader/kubernetes/kubernetes-checks.ts';

test('a disruption budget tells how many pods it is about, and how many may be taken away', async () => {
  const asked: string[] = [];
  const budget = {
    metadata: { name: 'web' },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
    status: { expectedPods: 2, currentHealthy: 2, desiredHealthy: 1, disruptionsAllowed: 1 },
  };
  const cluster = {
    namespace: 'lab-x',
    bytes: (path: string) => {
      asked.push(path);
      return Promise.resolve(Buffer.from(JSON.stringify(budget)));
    },
  };
  const checks = kubernetesChecks(cluster, new AbortController().signal);
  expect(await checks.disruptionBudget('web')).toEqual({
    ...{ subject: 'PodDisruptionBudget web', name: 'web' },
    ...{ pods: 2, healthy: 2, allowed: 1 },
  });
  expect(asked).toEqual(['/apis/policy/v1/namespaces/lab-x/poddisruptionbudgets/web']);
});
