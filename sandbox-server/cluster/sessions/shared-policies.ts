import type { KubernetesObject } from '../kubernetes-api.ts';
import { BY_LEARNER, policy, rule } from './policies.ts';

/** What holds in a cluster of many sessions only. */
export function sharedPolicies(): KubernetesObject[] {
  return policy('adds-up', {
    condition: BY_LEARNER,
    rules: [rule('networking.k8s.io', ['networkpolicies'], ['CREATE', 'UPDATE'])],
    expression: 'false',
    // See neighboursPolicy.
    message:
      'Policies add up. In this shared cluster one of the platform’s lets all pods of your namespace reach each other, so this one blocks nothing. In a cluster of your own it would.',
    action: 'Warn',
  });
}
