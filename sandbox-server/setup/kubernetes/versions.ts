/**
 * The newest Kubernetes whose kubelet runs on cgroup v1 too (told `failCgroupV1: false`) that is there both as kind's own node image
 * and as Go modules: a cluster is the same with a registry in reach and without one.
 */
export const KUBERNETES_VERSION = 'v1.36.1';

/** kind's own, which is taken where a registry can be reached. The digest is of its index: all processors. */
export const OFFICIAL_NODE_IMAGE = `kindest/node:${KUBERNETES_VERSION}@sha256:3489c7674813ba5d8b1a9977baea8a6e553784dab7b84759d1014dbd78f7ebd5`;

/** Of the host's kind: the first that knows the configuration and the containerd of such a node. */
export const OLDEST_KIND = [0, 27] as const;
