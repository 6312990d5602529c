import { expect, test } from 'vitest';
import { isInTheWay, toClusterError } from '../../../../sandbox-server/cluster/kind/kind-errors.ts';

test.each([
  [
    'OCI runtime create failed: unable to start container process: unable to apply caps: operation not permitted',
    'cluster-refused',
  ],
  ['docker: Error response from daemon: privileged mode is incompatible with user namespaces', 'cluster-refused'],
  ['(HTTP code 404) no such image - No such image: drydock-kubernetes/node:x', 'cluster-image-missing'],
  ['write /var/lib/x: no space left on device', 'cluster-failed'],
  ['Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?', 'engine-gone'],
  [
    'failed to connect to the docker API at unix:///x; check if the path is correct and if the daemon is running',
    'engine-gone',
  ],
  ['something else', 'cluster-failed'],
])('“%s” is told as %s', (said, code) => {
  expect(toClusterError(new Error(said))).toMatchObject({ code });
});

test('what was aborted stays that', () => {
  const aborted = new DOMException('stopped', 'AbortError');
  expect(toClusterError(aborted)).toBe(aborted);
});

test.each([
  ['ERROR: failed to create cluster: node(s) already exist for a cluster with the name "drydock-1-k8s-shared"', true],
  ['Conflict. The container name "/x-control-plane" is already in use by container "1f".', true],
  ['no space left on device', false],
])('“%s”: what is in the way may be gone a moment later: %s', (said, isIt) =>
  expect(isInTheWay(toClusterError(new Error(said)))).toBe(isIt),
);
