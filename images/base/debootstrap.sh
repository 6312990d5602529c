#!/bin/sh
# Writes the base as a tar stream to standard output: debootstrap, made slim as Debian's own slim images are.
# Needs root and debootstrap. Progress goes to standard error.
#   debootstrap.sh MIRROR SECURITY_MIRROR WORK_FOLDER
set -eu
mirror=$1 security=$2 root=$3/rootfs
here=$(dirname "$0")
rm -rf "$root"
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase --include=ca-certificates trixie "$root" "$mirror" >&2
cp -R "$here/rootfs/." "$root/"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
chroot "$root" sh /usr/local/lib/drydock-sources "$mirror" "$security" >&2
rm "$root/usr/local/lib/drydock-sources" "$root/etc/resolv.conf"
find "$root/usr/share/doc" -type f ! -name copyright -delete
find "$root/usr/share/doc" -type d -empty -delete
tar -C "$root" --numeric-owner \
  --exclude='./usr/share/man/*' --exclude='./usr/share/info/*' --exclude='./usr/share/locale/*' \
  --exclude='./var/cache/apt/*' --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*' --exclude='./tmp/*' -c .
