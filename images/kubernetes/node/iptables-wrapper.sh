#!/bin/sh
# Rules of iptables' two kinds don't see each other, so pods use the kind that their node uses. kubelet leaves a hint in it.
name=$(basename "$0")
kind=legacy
if iptables-nft-save -t mangle 2> /dev/null | grep -q KUBE-IPTABLES-HINT; then
  kind=nft
  # To look for it takes longer than most calls, and kube-router makes hundreds a minute: from now on the names lead to the program.
  for link in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
    new=/usr/sbin/$link.$$
    ln -s xtables-nft-multi "$new" && mv -f "$new" "/usr/sbin/$link"
  done 2> /dev/null
fi
exec "xtables-$kind-multi" "$name" "$@"
