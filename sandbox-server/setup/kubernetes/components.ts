import { KUBERNETES_VERSION } from './versions.ts';

/** Programs that come from one Go module. `images/kubernetes/go/NAME` pins it and all that it needs. */
export interface Component {
  name: string;
  /** The module whose version is the component's. */
  module: string;
  /** File name → package. */
  programs: Readonly<Record<string, string>>;
  tags?: string;
  /** Values set while linking: variable → value. */
  variables?: Readonly<Record<string, string>>;
  /** A folder of the module that is kept, too. */
  keeps?: { from: string; as: string };
}

const KUBERNETES = 'k8s.io/kubernetes';
const CONTAINERD = 'github.com/containerd/containerd/v2';
/** The ingress controller, which is the platform's own. */
const INGRESS = 'drydock/kubernetes/ingress';
const PLUGINS = 'github.com/containernetworking/plugins';
const [major = '', minor = ''] = KUBERNETES_VERSION.slice(1).split('.');

/** kind itself. Its module has the files that make a Debian a node, too. */
export const KIND: Component = {
  name: 'kind',
  module: 'sigs.k8s.io/kind',
  programs: { kind: 'sigs.k8s.io/kind' },
  keeps: { from: 'images/base/files', as: 'files' },
};

/** Older ones are not to be had as a Go module, so kubeadm is told which. */
export const COREDNS: Component = {
  name: 'coredns',
  module: 'github.com/coredns/coredns',
  programs: { coredns: 'drydock/kubernetes/coredns' },
};

/** What a node image is made of, the one that takes longest first. */
export const NODE_COMPONENTS: readonly Component[] = [
  {
    name: 'kubernetes',
    module: KUBERNETES,
    programs: Object.fromEntries(
      [
        'kubeadm',
        'kubectl',
        'kubelet',
        'kube-proxy',
        'kube-scheduler',
        'kube-controller-manager',
        'kube-apiserver',
      ].map((name) => [name, `${KUBERNETES}/cmd/${name}`]),
    ),
    variables: {
      'k8s.io/component-base/version.gitVersion': KUBERNETES_VERSION,
      'k8s.io/component-base/version.gitMajor': major,
      'k8s.io/component-base/version.gitMinor': minor,
      'k8s.io/component-base/version.gitTreeState': 'archive',
    },
  },
  // Right after Kubernetes, since Go has compiled most of it then. Its version is that of the Kubernetes client in it.
  { name: 'ingress', module: 'k8s.io/client-go', programs: { ingress: INGRESS } },
  {
    name: 'containerd',
    module: CONTAINERD,
    programs: Object.fromEntries(
      ['containerd', 'ctr', 'containerd-shim-runc-v2'].map((name) => [name, `${CONTAINERD}/cmd/${name}`]),
    ),
    tags: 'no_btrfs,no_devmapper,no_zfs',
  },
  { name: 'etcd', module: 'go.etcd.io/etcd/server/v3', programs: { etcd: 'go.etcd.io/etcd/server/v3' } },
  COREDNS,
  {
    name: 'kube-router',
    module: 'github.com/cloudnativelabs/kube-router/v2',
    programs: { 'kube-router': 'github.com/cloudnativelabs/kube-router/v2/cmd/kube-router' },
  },
  {
    name: 'cni-plugins',
    module: PLUGINS,
    programs: {
      bridge: `${PLUGINS}/plugins/main/bridge`,
      ptp: `${PLUGINS}/plugins/main/ptp`,
      loopback: `${PLUGINS}/plugins/main/loopback`,
      'host-local': `${PLUGINS}/plugins/ipam/host-local`,
      portmap: `${PLUGINS}/plugins/meta/portmap`,
    },
  },
  {
    name: 'local-path-provisioner',
    module: 'github.com/rancher/local-path-provisioner',
    programs: { 'local-path-provisioner': 'github.com/rancher/local-path-provisioner' },
  },
  {
    name: 'metrics-server',
    module: 'sigs.k8s.io/metrics-server',
    programs: { 'metrics-server': 'sigs.k8s.io/metrics-server/cmd/metrics-server' },
  },
  { name: 'crictl', module: 'sigs.k8s.io/cri-tools', programs: { crictl: 'sigs.k8s.io/cri-tools/cmd/crictl' } },
  KIND,
];
