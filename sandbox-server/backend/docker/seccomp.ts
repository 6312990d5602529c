/**
 * System calls that neither a rootless Docker Engine nor what runs in its containers needs: they reach deep into the
 * kernel, and most escapes from containers began at one of them. Docker's own default profile forbids them too
 * (https://docs.docker.com/engine/security/seccomp/); all of that profile cannot be used here, as an engine in a user namespace
 * must mount, unshare and pivot.
 */
const FORBIDDEN = [
  // Loading code into the kernel, or another kernel.
  ...[
    'create_module',
    'init_module',
    'finit_module',
    'delete_module',
    'query_module',
    'get_kernel_syms',
    'kexec_load',
    'kexec_file_load',
    'bpf',
  ],
  // Interfaces whose bugs are used again and again.
  ...[
    'io_uring_setup',
    'io_uring_enter',
    'io_uring_register',
    'userfaultfd',
    'perf_event_open',
    'fanotify_init',
    'vmsplice',
  ],
  // The kernel's key rings, which are counted for each user of the host, not of the container.
  ...['add_key', 'request_key', 'keyctl'],
  // Files by handle, past every mount namespace.
  ...['open_by_handle_at', 'lookup_dcookie'],
  // The host's clock, disks, accounting, ports, power.
  ...[
    'clock_settime',
    'settimeofday',
    'stime',
    'swapon',
    'swapoff',
    'quotactl',
    'quotactl_fd',
    'acct',
    'iopl',
    'ioperm',
    'reboot',
    'syslog',
  ],
  // Left over from another age.
  ...['_sysctl', 'nfsservctl', 'sysfs', 'uselib', 'ustat', 'vm86', 'vm86old', 'modify_ldt'],
];

/** "Not implemented": programs that can do without go on, runc's key ring among them. */
const ENOSYS = 38;

/** For `SecurityOpt`: the whole profile, so that it works on engines of other machines too. */
export function engineSeccomp(): string {
  const profile = {
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [{ names: FORBIDDEN, action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS }],
  };
  return `seccomp=${JSON.stringify(profile)}`;
}
