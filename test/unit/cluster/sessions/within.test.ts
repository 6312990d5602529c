import { expect, test } from 'vitest';
import { isWithin } from '../../../../sandbox-server/cluster/sessions/within.ts';

test.each([
  '/api/v1/namespaces/lab-a/pods',
  '/api/v1/namespaces/lab-a/pods/web-1/log',
  '/apis/apps/v1/namespaces/lab-a/deployments/web',
  '/api/v1/namespaces/lab-a/services/web:80/proxy/api/about',
  '/apis/metrics.k8s.io/v1beta1/namespaces/lab-a/pods',
  '/api/v1/nodes',
  '/api/v1/nodes/one',
  '/api/v1/persistentvolumes/pvc-1',
])('%s may be read', (path) => {
  expect(isWithin('lab-a', 'GET', path)).toBe(true);
});

test.each([
  '/api/v1/namespaces/lab-b/pods',
  '/api/v1/namespaces/lab-ab/pods',
  '/api/v1/namespaces/lab-a',
  '/api/v1/namespaces/lab-a/',
  '/api/v1/namespaces',
  '/api/v1/pods',
  '/api/v1/secrets',
  '/api/v1/nodes/one/proxy/pods',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/api/v1/namespaces/lab-a/../lab-b/secrets',
  '/api/v1/namespaces/lab-a/pods/..%2f..%2flab-b/secrets',
  '/api/v1/namespaces/lab-a/pods/%2E%2E/x',
  '/api/v1/namespaces/lab-a//x',
  '/metrics',
])('%s may not', (path) => {
  expect(isWithin('lab-a', 'GET', path)).toBe(false);
});

test('nothing is written; a review asks and changes nothing', () => {
  expect(isWithin('lab-a', 'POST', '/api/v1/namespaces/lab-a/pods')).toBe(false);
  expect(isWithin('lab-a', 'POST', '/api/v1/namespaces/lab-a/pods/web/eviction')).toBe(false);
  const reviews = '/apis/authorization.k8s.io/v1/namespaces/lab-a/localsubjectaccessreviews';
  expect(isWithin('lab-a', 'POST', reviews)).toBe(true);
  expect(isWithin('lab-b', 'POST', reviews)).toBe(false);
});
