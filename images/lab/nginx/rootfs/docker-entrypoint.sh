#!/bin/sh
# As the official image's: runs what is in /docker-entrypoint.d, then the command.
set -e
if [ "$1" = nginx ] || [ "$1" = nginx-debug ]; then
  for script in /docker-entrypoint.d/*.sh; do
    [ -x "$script" ] && { echo "$0: Launching $script"; "$script"; }
  done
  echo "$0: Configuration complete; ready for start up"
fi
exec "$@"
