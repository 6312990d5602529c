#!/bin/sh
# Rules of iptables' two kinds don't see each other, so pods use the kind that their node uses. kubelet leaves a hint in it.
name=$(basename "$0")
if iptables-nft-save -t mangle 2> /dev/null | grep -q KUBE-IPTABLES-HINT; then kind=nft; else kind=legacy; fi
exec "xtables-$kind-multi" "$name" "$@"
