/**
 * What a program without capabilities may ask of the kernel: the names that Docker's default profile allows
 * (https://docs.docker.com/engine/security/seccomp/), without io_uring and vmsplice. Names that a processor doesn't have are
 * passed over.
 */
const EVERYDAY = words(`
  access alarm brk capget capset chdir chmod chown chown32 close close_range copy_file_range creat dup dup2 dup3
  faccessat faccessat2 fadvise64 fadvise64_64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat fcntl
  fcntl64 fdatasync fgetxattr flistxattr flock fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync
  ftruncate ftruncate64 futimesat getcwd getdents getdents64 getxattr ioctl lchown lchown32 lgetxattr link linkat listxattr
  llistxattr _llseek lremovexattr lseek lsetxattr lstat lstat64 mkdir mkdirat mknod mknodat name_to_handle_at newfstatat
  open openat openat2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv removexattr
  rename renameat renameat2 rmdir setxattr stat stat64 statfs statfs64 statx symlink symlinkat sync sync_file_range
  sync_file_range2 syncfs truncate truncate64 umask unlink unlinkat utime utimensat utimensat_time64 utimes write writev

  clone execve execveat exit exit_group fork getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32
  getpgid getpgrp getpid getppid getpriority getresgid getresgid32 getresuid getresuid32 getrlimit getrusage getsid gettid
  getuid getuid32 ioprio_get ioprio_set kill pidfd_open pidfd_send_signal prctl prlimit64 process_mrelease
  process_vm_readv process_vm_writev ptrace seccomp setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups
  setgroups32 setpgid setpriority setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid setreuid32
  setrlimit setsid setuid setuid32 tgkill tkill ugetrlimit vfork wait4 waitid waitpid landlock_add_rule
  landlock_create_ruleset landlock_restrict_self

  get_robust_list get_thread_area getcpu membarrier rseq sched_get_priority_max sched_get_priority_min sched_getaffinity
  sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity
  sched_setattr sched_setparam sched_setscheduler sched_yield set_robust_list set_thread_area set_tid_address futex
  futex_time64 futex_waitv restart_syscall rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn
  rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sigaltstack signalfd signalfd4 sigprocmask
  sigreturn pause arch_prctl set_tls cacheflush breakpoint

  madvise memfd_create memfd_secret mincore mlock mlock2 mlockall mmap mmap2 mprotect mremap msync munlock munlockall
  munmap pkey_alloc pkey_free pkey_mprotect remap_file_pages

  accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg recvmmsg_time64 recvmsg send
  sendmmsg sendmsg sendto setsockopt shutdown socketcall socketpair

  epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2
  fanotify_mark inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel io_destroy io_getevents
  io_pgetevents io_pgetevents_time64 io_setup io_submit pipe pipe2 poll ppoll ppoll_time64 pselect6 pselect6_time64 select
  _newselect sendfile sendfile64 splice tee

  ipc mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink
  msgctl msgget msgrcv msgsnd semctl semget semop semtimedop semtimedop_time64 shmat shmctl shmdt shmget

  adjtimex clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep
  clock_nanosleep_time64 getitimer getrandom gettimeofday nanosleep setitimer sysinfo time timer_create timer_delete
  timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd_create timerfd_gettime
  timerfd_gettime64 timerfd_settime timerfd_settime64 times uname arm_fadvise64_64 arm_sync_file_range`);

/** What a Docker Engine in a user namespace needs besides: it makes namespaces and mounts, and starts containers in them. */
const ROOTLESS_ENGINE = words(`
  clone3 unshare setns chroot pivot_root sethostname setdomainname
  mount umount umount2 fsopen fsconfig fsmount fspick open_tree move_mount mount_setattr`);

/**
 * Refused with "not implemented" instead of "not permitted": programs that can do without then go on, runc without its key
 * ring among them.
 */
const AS_IF_UNKNOWN = words(`
  add_key bpf io_uring_enter io_uring_register io_uring_setup keyctl perf_event_open quotactl quotactl_fd request_key
  userfaultfd vmsplice`);

const ENOSYS = 38;
const AF_VSOCK = 40;
/** Linux as it is, and as it was for programs of 32 bits; each also without randomized addresses; and the question which. */
const PERSONALITIES = [0, 0x8, 0x20000, 0x20008, 0xffffffff];

const equals = (index: number, value: number) => ({ index, value, op: 'SCMP_CMP_EQ' });

/** For `SecurityOpt` of the engine's container: the whole profile, so that it works on engines of other machines too. */
export function engineSeccomp(): string {
  const allow = (names: readonly string[], args: object[] = []) => ({ names, action: 'SCMP_ACT_ALLOW', args });
  return `seccomp=${JSON.stringify({
    // "Not permitted".
    defaultAction: 'SCMP_ACT_ERRNO',
    archMap: [
      { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
      { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
    ],
    syscalls: [
      allow([...EVERYDAY, ...ROOTLESS_ENGINE]),
      allow(['socket'], [{ index: 0, value: AF_VSOCK, op: 'SCMP_CMP_NE' }]),
      ...PERSONALITIES.map((value) => allow(['personality'], [equals(0, value)])),
      { names: AS_IF_UNKNOWN, action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
    ],
  })}`;
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
