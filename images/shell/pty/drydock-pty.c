/*
 * drydock-pty SOCKET COMMAND [ARGUMENT...]
 *
 * Holds a command's pseudo-terminal: the command lives on while nobody is connected, and what it printed is kept, so that
 * whoever comes back gets exactly the bytes it lacks. Starts the command unless SOCKET's holder runs already, then hands
 * its standard input and output over to it, so that no byte makes a detour through this process, and ends with the command's
 * exit status; with 255 when only the connection ended (a command that ends with 255 itself is told as 254).
 *
 * Standard input takes frames: 1 byte type, 4 bytes length (big-endian), payload.
 *   A  attach: 8 bytes, the offset of the first byte wanted (big-endian)
 *   I  input: bytes to type
 *   R  resize: 2 bytes columns, 2 bytes rows (big-endian)
 * Standard output answers an attach with 40 bytes: "DRYPTY1\n", 16 hexadecimal digits that name this life of the terminal,
 * 8 bytes with the offset of the first byte that follows (big-endian; later than asked for when older output is gone), 8
 * bytes with the offset after the newest byte; then comes output for as long as it lasts. One connection at a time: a new
 * one ends the one before.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* What is kept for those who come back. */
#define KEEP (1u << 20)
/* Past this much unsent output the command waits for its reader. */
#define LAG (256u << 10)
#define FRAME_MAX (64u << 10)
#define HEADER 5u
/* A connection that was lost must not hold the command back for good. */
#define STALL_MS 120000

static unsigned char ring[KEEP];
static uint64_t begin, end; /* offsets of what the ring holds */
static char epoch[17];

/* Who is connected: its socket, which ends with the connection, and its standard input and output. */
static int client = -1, from_client = -1, to_client = -1, attached;
static uint64_t sent;
static unsigned char hello[40];
static size_t hello_left;
static unsigned char in[HEADER + FRAME_MAX];
static size_t in_len;
static size_t typed; /* bytes of the current input frame that the terminal has taken */

static void fail(const char *what) { perror(what); exit(126); }

static void drop_client(void) {
  if (client >= 0) close(client);
  if (from_client >= 0) close(from_client);
  if (to_client >= 0) close(to_client);
  client = from_client = to_client = -1; attached = 0; in_len = 0; typed = 0; hello_left = 0;
}

static void put64(unsigned char *to, uint64_t v) { for (int i = 7; i >= 0; i--, v >>= 8) to[i] = (unsigned char)v; }
static uint64_t get64(const unsigned char *p) { uint64_t v = 0; for (int i = 0; i < 8; i++) v = v << 8 | p[i]; return v; }

static void attach(uint64_t from) {
  if (from < begin) from = begin;
  if (from > end) from = end;
  sent = from;
  memcpy(hello, "DRYPTY1\n", 8);
  memcpy(hello + 8, epoch, 16);
  put64(hello + 24, from);
  put64(hello + 32, end);
  hello_left = sizeof hello;
  attached = 1;
}

static void keep(const unsigned char *bytes, size_t n) {
  for (size_t i = 0; i < n;) {
    size_t at = (size_t)(end % KEEP), part = n - i;
    if (part > KEEP - at) part = KEEP - at;
    memcpy(ring + at, bytes + i, part);
    i += part; end += part;
  }
  if (end - begin > KEEP) begin = end - KEEP;
  if (attached && sent < begin) drop_client(); /* it is told on its return what is gone */
}

/* Sends what it can without waiting. */
static void push(void) {
  while (hello_left > 0) {
    ssize_t n = write(to_client, hello + sizeof hello - hello_left, hello_left);
    if (n < 0) { if (errno != EAGAIN && errno != EINTR) drop_client(); return; }
    hello_left -= (size_t)n;
  }
  while (client >= 0 && attached && sent < end) {
    size_t at = (size_t)(sent % KEEP), part = (size_t)(end - sent);
    if (part > KEEP - at) part = KEEP - at;
    ssize_t n = write(to_client, ring + at, part);
    if (n < 0) { if (errno != EAGAIN && errno != EINTR) drop_client(); return; }
    sent += (uint64_t)n;
  }
}

/* Takes whole frames; an input frame may stay until the terminal has room. Returns 1 while it waits for the terminal. */
static int take(int terminal) {
  while (in_len >= HEADER) {
    uint32_t size = (uint32_t)in[1] << 24 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 8 | in[4];
    if (size > FRAME_MAX) { drop_client(); return 0; }
    if (in_len < HEADER + size) return 0;
    unsigned char *payload = in + HEADER;
    if (in[0] == 'I') {
      while (typed < size) {
        ssize_t n = write(terminal, payload + typed, size - typed);
        if (n < 0) { if (errno == EINTR) continue; if (errno == EAGAIN) return 1; break; }
        typed += (size_t)n;
      }
      typed = 0;
    } else if (in[0] == 'R' && size == 4) {
      struct winsize ws = { .ws_col = (unsigned short)(payload[0] << 8 | payload[1]), .ws_row = (unsigned short)(payload[2] << 8 | payload[3]) };
      ioctl(terminal, TIOCSWINSZ, &ws);
    } else if (in[0] == 'A' && size == 8) {
      attach(get64(payload));
    } else { drop_client(); return 0; }
    in_len -= HEADER + size;
    memmove(in, in + HEADER + size, in_len);
  }
  return 0;
}

/* The folder of the sockets is the learner's own, made with the first of them. */
static void make_folder_of(const char *path) {
  char folder[sizeof ((struct sockaddr_un *)0)->sun_path];
  strcpy(folder, path);
  char *end_of_folder = strrchr(folder, '/');
  if (!end_of_folder || end_of_folder == folder) return;
  *end_of_folder = 0;
  if (mkdir(folder, 0700) < 0 && errno != EEXIST) fail(folder);
}

static int listen_on(const char *path) {
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  unlink(path);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) fail(path);
  if (listen(fd, 4) < 0) fail("listen");
  return fd;
}

static void record_exit(const char *path, int status) {
  char name[200], next[208];
  snprintf(name, sizeof name, "%s.exit", path);
  snprintf(next, sizeof next, "%s.new", name);
  FILE *file = fopen(next, "w");
  if (!file) return;
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  fprintf(file, "%d\n", code == 255 ? 254 : code);
  fclose(file);
  rename(next, name);
}

static int exit_status(const char *path) {
  char name[200];
  snprintf(name, sizeof name, "%s.exit", path);
  FILE *file = fopen(name, "r");
  int status = 255;
  if (file && fscanf(file, "%d", &status) != 1) status = 255;
  return status;
}

/* Room for the two descriptors of a connection, as sendmsg and recvmsg want it. */
union rights { struct cmsghdr header; char room[CMSG_SPACE(2 * sizeof(int))]; };

/* Hands standard input and output over, and waits for the end of the connection. */
static int stand_by(int holder, const char *path) {
  char byte = 0;
  union rights rights = { 0 };
  struct iovec body = { .iov_base = &byte, .iov_len = 1 };
  struct msghdr message = { .msg_iov = &body, .msg_iovlen = 1, .msg_control = rights.room, .msg_controllen = sizeof rights.room };
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(2 * sizeof(int));
  memcpy(CMSG_DATA(header), (int[]){ 0, 1 }, 2 * sizeof(int));
  if (sendmsg(holder, &message, 0) < 0) fail("sendmsg");
  while (read(holder, &byte, 1) < 0 && errno == EINTR);
  return exit_status(path);
}

/* Takes what stand_by handed over. Returns 0 when it was something else. */
static int welcome(void) {
  char byte;
  union rights rights;
  struct iovec body = { .iov_base = &byte, .iov_len = 1 };
  struct msghdr message = { .msg_iov = &body, .msg_iovlen = 1, .msg_control = rights.room, .msg_controllen = sizeof rights.room };
  if (recvmsg(client, &message, MSG_CMSG_CLOEXEC) <= 0) return 0;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (!header || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(2 * sizeof(int))) return 0;
  int fds[2];
  memcpy(fds, CMSG_DATA(header), sizeof fds);
  from_client = fds[0]; to_client = fds[1];
  return fcntl(from_client, F_SETFL, O_NONBLOCK) == 0 && fcntl(to_client, F_SETFL, O_NONBLOCK) == 0;
}

static int connect_to(const char *path) {
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

static void hold(int listener, const char *path, char **command) {
  struct winsize size = { .ws_col = 80, .ws_row = 24 };
  int terminal;
  sigset_t ended, before;
  sigemptyset(&ended);
  sigaddset(&ended, SIGCHLD);
  sigprocmask(SIG_BLOCK, &ended, &before);
  int end_of_child = signalfd(-1, &ended, SFD_CLOEXEC | SFD_NONBLOCK);
  setsid();
  pid_t child = forkpty(&terminal, NULL, NULL, &size);
  if (child < 0) fail("forkpty");
  if (child == 0) {
    sigprocmask(SIG_SETMASK, &before, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    execvp(command[0], command);
    fail(command[0]);
  }
  int null = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; fd++) dup2(null, fd);
  fcntl(terminal, F_SETFL, O_NONBLOCK);
  fcntl(terminal, F_SETFD, FD_CLOEXEC);

  int open_terminal = 1, waiting = 0, child_gone = 0;
  while (open_terminal || (client >= 0 && attached && (sent < end || hello_left))) {
    int full = attached && end - sent > LAG;
    struct pollfd fds[6] = {
      { .fd = listener, .events = POLLIN },
      { .fd = open_terminal ? terminal : -1, .events = (short)((full ? 0 : POLLIN) | (waiting ? POLLOUT : 0)) },
      { .fd = waiting ? -1 : from_client, .events = POLLIN },
      { .fd = child_gone ? -1 : end_of_child, .events = POLLIN },
      { .fd = client, .events = POLLIN },
      { .fd = to_client, .events = attached && (sent < end || hello_left) ? POLLOUT : 0 },
    };
    int ready = poll(fds, 6, child_gone && open_terminal && !full ? 0 : full || !open_terminal ? STALL_MS : -1);
    if (ready < 0 && errno != EINTR) break;
    if (ready < 0) continue;
    if (fds[3].revents) child_gone = 1;
    /* What it started in the background may hold the terminal open; with the command's last byte read it is over. */
    if (child_gone && !full && !(fds[1].revents & POLLIN)) open_terminal = 0;
    else if (ready == 0) { drop_client(); continue; }

    if (fds[1].revents & (POLLIN | POLLHUP | POLLERR) && !full) {
      unsigned char bytes[32 << 10];
      ssize_t n = read(terminal, bytes, sizeof bytes);
      if (n > 0) keep(bytes, (size_t)n);
      else if (n == 0 || (errno != EAGAIN && errno != EINTR)) open_terminal = 0; /* EIO: the last process of it ended */
    }
    if (from_client >= 0 && fds[2].revents) {
      ssize_t n = read(from_client, in + in_len, sizeof in - in_len);
      if (n > 0) in_len += (size_t)n;
      else if (n == 0 || (errno != EAGAIN && errno != EINTR)) drop_client();
    }
    /* After its greeting it says nothing more: what comes then is its end. So is an output that nobody will read. */
    if (client >= 0 && fds[4].revents && (from_client >= 0 || !welcome())) drop_client();
    if (to_client >= 0 && fds[5].revents & (POLLERR | POLLHUP)) drop_client();
    if (fds[0].revents & POLLIN) {
      int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) { drop_client(); waiting = 0; client = fd; }
    }
    waiting = from_client >= 0 && open_terminal ? take(terminal) : 0;
    if (to_client >= 0) push();
  }
  int status = 0;
  kill(child, SIGHUP);
  waitpid(child, &status, 0);
  record_exit(path, status);
  unlink(path);
  drop_client();
  exit(0);
}

int main(int argc, char **argv) {
  if (argc < 3) { fprintf(stderr, "usage: drydock-pty SOCKET COMMAND [ARGUMENT...]\n"); return 2; }
  const char *path = argv[1];
  if (strlen(path) >= sizeof ((struct sockaddr_un *)0)->sun_path) { fprintf(stderr, "drydock-pty: the socket's path is too long\n"); return 126; }
  signal(SIGPIPE, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  int holder = connect_to(path);
  if (holder < 0) {
    int status = exit_status(path);
    if (status != 255) return status;
    unsigned char seed[8];
    if (getrandom(seed, sizeof seed, 0) != sizeof seed) fail("getrandom");
    for (int i = 0; i < 8; i++) sprintf(epoch + 2 * i, "%02x", seed[i]);
    make_folder_of(path);
    int listener = listen_on(path);
    pid_t self = fork();
    if (self < 0) fail("fork");
    if (self == 0) hold(listener, path, argv + 2);
    close(listener);
    holder = connect_to(path);
    if (holder < 0) fail(path);
  }
  return stand_by(holder, path);
}
