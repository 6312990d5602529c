#!/bin/sh
# Keeps pods from all that is not their cluster: the host, its network, the internet, other programs on the nodes. No network
# policy of a learner's can open this. Reads the pods' and the Services' addresses from /kind/drydock-guard.env.
set -eu
. /kind/drydock-guard.env
nodes=$(ip -4 route show dev eth0 scope link | cut -d' ' -f1)
host=$(ip -4 route show default | cut -d' ' -f3)

rules() { iptables -w -t mangle "$@"; }

# guard CHAIN OF SELECTION…: an empty chain for what is selected of another one.
guard() {
  chain=$1 of=$2
  shift 2
  rules -N "$chain" 2> /dev/null || rules -F "$chain"
  rules -C "$of" "$@" -j "$chain" 2> /dev/null || rules -I "$of" "$@" -j "$chain"
  rules -A "$chain" -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN
}

# A Service's address that kube-proxy knows has become a pod's before this; one that it does not know leads out of the cluster.
rules -C POSTROUTING -d "$SERVICES" -j DROP 2> /dev/null || rules -A POSTROUTING -d "$SERVICES" -j DROP

# Through the node: to the cluster's own addresses, and to the API server and the kubelets, which ask who comes.
guard DRYDOCK-THROUGH FORWARD -s "$PODS" ! -d "$PODS"
rules -A DRYDOCK-THROUGH -d "$SERVICES" -j RETURN
if [ -n "$host" ]; then rules -A DRYDOCK-THROUGH -d "$host" -j DROP; fi
for port in 6443 10250 30000:32767; do rules -A DRYDOCK-THROUGH -d "$nodes" -p tcp --dport "$port" -j RETURN; done
rules -A DRYDOCK-THROUGH -j DROP

# To the node itself: the same, and the engine's resolver.
guard DRYDOCK-TO-NODE INPUT -s "$PODS"
rules -A DRYDOCK-TO-NODE -d 127.0.0.11 -j RETURN
rules -A DRYDOCK-TO-NODE -p icmp -j RETURN
for port in 6443 10250 30000:32767; do rules -A DRYDOCK-TO-NODE -p tcp --dport "$port" -j RETURN; done
rules -A DRYDOCK-TO-NODE -j DROP
