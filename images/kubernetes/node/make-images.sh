#!/bin/sh
# Makes the images that a cluster's own pods run from, and puts them into containerd's store.
set -eu

work=/work
arch=$(dpkg --print-architecture)
mkdir -p "$work"

# A shared library is needed with all that it needs.
libraries() {
  ldd "$1" 2> /dev/null | sed -n 's#.*[ 	]\(/[^ ]*\) (.*#\1#p'
}

# bring ROOT FILE: copies the libraries of a program or of a module.
bring() {
  for library in $(libraries "$2"); do [ -e "$1$library" ] || cp --parents -L "$library" "$1/"; done
}

# stage ROOT PROGRAM…: copies Debian's programs with their libraries.
stage() {
  root=$1
  shift
  for program in "$@"; do
    path=$(readlink -f "$(command -v "$program")")
    mkdir -p "$root/usr/sbin"
    cp "$path" "$root/usr/sbin/"
    bring "$root" "$path"
  done
}

# shell ROOT: a shell and the usual small programs.
shell() {
  mkdir -p "$1/bin"
  cp /bin/busybox "$1/bin/busybox"
  for applet in $(/bin/busybox --list); do [ "$applet" = busybox ] || ln -s busybox "$1/bin/$applet"; done
}

# image NAME ROOT ENTRYPOINT: an image of one layer, as `docker save` writes it; no times and no owners, so that the same
# files make the same digest.
image() {
  archive=$work/archive
  mkdir -p "$archive"
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$2" -cf "$archive/layer.tar" .
  digest=$(sha256sum "$archive/layer.tar" | cut -d' ' -f1)
  jq -n --arg arch "$arch" --arg digest "sha256:$digest" --argjson entrypoint "$3" '{
    created: "1970-01-01T00:00:00Z", architecture: $arch, os: "linux",
    config: { Entrypoint: $entrypoint, Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"] },
    rootfs: { type: "layers", diff_ids: [$digest] }, history: [{ created: "1970-01-01T00:00:00Z" }] }' > "$archive/config.json"
  jq -n --arg name "$1" '[{ Config: "config.json", RepoTags: [$name], Layers: ["layer.tar"] }]' > "$archive/manifest.json"
  tar -C "$archive" -cf - config.json layer.tar manifest.json \
    | ctr --namespace=k8s.io images import --label=io.cri-containerd.pinned=pinned --all-platforms --no-unpack -
  rm -rf "$archive" "$2"
}

# program NAME FILE [PLACE]: an image of nothing but a program.
program() {
  root=$work/root
  file=$(basename "$2")
  place=${3:-/usr/local/bin/$file}
  mkdir -p "$root$(dirname "$place")" "$root/tmp" "$root/etc"
  chmod 1777 "$root/tmp"
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/"
  cp "$2" "$root$place"
  image "$1" "$root" "[\"$place\"]"
}

# network NAME FILE: a program that sets up the packet filter.
network() {
  root=$work/root
  mkdir -p "$root/usr/local/bin" "$root/usr/lib" "$root/tmp" "$root/run" "$root/var/run" "$root/etc" "$root/lib/modules"
  cp "$2" "$root/usr/local/bin/"
  shell "$root"
  stage "$root" xtables-nft-multi xtables-legacy-multi ipset conntrack ip nft
  modules=$(dirname "$(find /usr/lib -name 'libxt_comment.so')")
  mkdir -p "$root$modules"
  cp "$modules"/*.so "$root$modules/"
  for module in "$modules"/*.so; do bring "$root" "$module"; done
  for command in iptables-nft-save iptables-nft; do ln -s xtables-nft-multi "$root/usr/sbin/$command"; done
  cp /iptables-wrapper.sh "$root/usr/sbin/iptables-wrapper"
  chmod 755 "$root/usr/sbin/iptables-wrapper"
  for family in iptables ip6tables; do
    for command in "$family" "$family-save" "$family-restore"; do
      rm -f "$root/bin/$command"
      ln -s iptables-wrapper "$root/usr/sbin/$command"
    done
  done
  rm -f "$root/bin/ip"
  cp --parents -r /etc/protocols "$root/" 2> /dev/null || :
  mkdir -p "$root/etc/iproute2"
  cp -r /usr/share/iproute2/. "$root/etc/iproute2/" 2> /dev/null || :
  echo 'hosts: files dns' > "$root/etc/nsswitch.conf"
  image "$1" "$root" "[\"/usr/local/bin/$(basename "$2")\"]"
}

containerd > "$work/containerd.log" 2>&1 &
daemon=$!
tries=0
until ctr version > /dev/null 2>&1; do
  tries=$((tries + 1))
  if [ "$tries" -gt 100 ]; then
    cat "$work/containerd.log"
    exit 1
  fi
  sleep 0.2
done

kubeadm config images list --kubernetes-version "$(kubeadm version -o short)" > "$work/wanted"
wanted() { grep "/$1:" "$work/wanted"; }
version() { cat "/programs/$1/VERSION"; }
for name in kube-apiserver kube-controller-manager kube-scheduler; do
  program "$(wanted "$name")" "/programs/kubernetes/$name"
done
network "$(wanted kube-proxy)" /programs/kubernetes/kube-proxy
network "docker.io/cloudnativelabs/kube-router:$(version kube-router)" /programs/kube-router/kube-router
program "$(wanted etcd)" /programs/etcd/etcd
program "registry.k8s.io/coredns/coredns:$(version coredns)" /programs/coredns/coredns /coredns
program "docker.io/rancher/local-path-provisioner:$(version local-path-provisioner)" /programs/local-path-provisioner/local-path-provisioner
program "registry.k8s.io/metrics-server/metrics-server:$(version metrics-server)" /programs/metrics-server/metrics-server
program docker.io/drydock/ingress:drydock /programs/ingress/ingress

mkdir -p "$work/root"
shell "$work/root"
image docker.io/library/busybox:drydock "$work/root" '["/bin/sh"]'

mkdir -p "$work/root"
cp "$(command -v catatonit)" "$work/root/pause"
image "$(wanted pause)" "$work/root" '["/pause", "-P"]'

ctr --namespace=k8s.io images list -q
kill "$daemon"
wait "$daemon" || :
# What is not of the images is made anew on each node.
find /var/lib/containerd -mindepth 1 -maxdepth 1 ! -name 'io.containerd.content.*' ! -name 'io.containerd.metadata.*' -exec rm -rf {} +
rm -rf "$work" /programs
