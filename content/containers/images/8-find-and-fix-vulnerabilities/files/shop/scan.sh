#!/bin/bash
# scan.sh IMAGE: which packages of the image wait for a security update of Debian?
docker run --rm --entrypoint cat "$1" /var/lib/dpkg/status |
  docker run --rm -i security-list:debian-13 sh -c '
    cat > /tmp/status
    apt list --upgradable -o Dir::State::status=/tmp/status 2> /dev/null'
