# Runs in the container of disks.ts, see there.
#   take DEVICE  copies the file system on a loop device, prints its own process id and how many sectors had been written to the
#                device before, and keeps the copy until standard input ends
#   attach ID    makes a disk from such a copy; goes on as drydock-disk does
set -eu
umask 077
file=$(mktemp /disks/XXXXXXXXXX)
trap 'rm -f "$file"' EXIT
trap 'exit 1' TERM INT HUP

# attach OPTION... FILE: as drydock-disk; sets `device`.
attach() {
  exec 9> /disks/.lock
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    flock 9
    device=$(losetup --find)
    device=${device%% *}
    [ -b "$device" ] || mknod "$device" b 7 "${device#/dev/loop}"
    if losetup "$device" "$@"; then break; fi
    [ "$attempt" -lt 10 ] || exit 1
    flock -u 9
  done
  exec 9>&-
}

case $1 in
  take)
    read -r _ _ _ _ _ _ written _ < "/sys/block/${2#/dev/}/stat"
    # Through a second device, read past the page cache of the first: that one knows nothing of what files were written since it
    # was filled.
    attach --read-only --direct-io=on "$2"
    trap 'losetup --detach "$device"; rm -f "$file"' EXIT
    e2image -ra "$device" "$file" > /dev/null
    losetup --detach "$device"
    trap - EXIT TERM INT HUP
    exec 8< "$file"
    rm "$file"
    echo "$$ $written"
    exec cat > /dev/null
    ;;
  attach)
    cp --sparse=auto "/proc/$2/fd/8" "$file"
    attach "$file"
    trap 'losetup --detach "$device"' EXIT
    trap 'exit 0' TERM INT HUP
    rm "$file"
    echo "$device"
    ;;
esac
cat > /dev/null
