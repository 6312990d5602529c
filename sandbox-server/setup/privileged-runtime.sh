#!/bin/sh
# runc, for containers that ask for every capability on a host that does not have every one: on some virtual machines even
# root lacks CAP_SYS_RESOURCE, and runc refuses to start what it can't give. Here they get those that there are.
held=$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)
missing=''
number=0
for name in CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE \
  NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT \
  SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG \
  WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE; do
  [ $((0x$held >> number & 1)) -eq 1 ] || missing="$missing;s/\"CAP_$name\",//g;s/,\"CAP_$name\"//g;s/\"CAP_$name\"//g"
  number=$((number + 1))
done
if [ -n "$missing" ]; then
  before=''
  for argument in "$@"; do
    case $before in
      --bundle | -b) sed -i "${missing#;}" "$argument/config.json" ;;
      --process | -p) sed -i "${missing#;}" "$argument" ;;
    esac
    before=$argument
  done
fi
exec runc "$@"
