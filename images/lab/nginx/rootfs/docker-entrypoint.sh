#!/bin/sh
# As the official image's: runs what is in /docker-entrypoint.d, then the command.
set -e
if [ "$1" = nginx ] || [ "$1" = nginx-debug ]; then
  for script in /docker-entrypoint.d/*; do
    [ -x "$script" ] || continue
    case $script in
      *.envsh) echo "$0: Sourcing $script"; . "$script" ;;
      *.sh) echo "$0: Launching $script"; "$script" ;;
    esac
  done
  echo "$0: Configuration complete; ready for start up"
fi
exec "$@"
