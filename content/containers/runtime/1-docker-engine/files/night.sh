#!/bin/sh
# One night in the harbour: three lanterns burn, and in the morning all three are out.
set -eu
docker rm --force red green blue > /dev/null 2>&1 || true
for name in red green blue; do
  docker run --detach --name "$name" busybox:1.37 sleep 1000 > /dev/null
done
set -- $(printf '%s\n' red green blue | shuf)
docker kill "$1" > /dev/null
docker run --rm --pid=host busybox:1.37 kill -9 "$(docker inspect --format '{{.State.Pid}}' "$2")"
docker stop --time 0 "$3" > /dev/null
docker wait red green blue > /dev/null
docker ps --all --filter name=red --filter name=green --filter name=blue --format '{{.Names}}: {{.Status}}'
