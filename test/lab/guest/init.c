/*
 * The only program of a guest. Loads the virtio drivers, takes its address from the kernel's command line, and then answers
 * every line that comes to port 7000, by UDP or TCP, with
 *
 *     NAME BOOT-ID COUNTER UPTIME LINE
 *
 * so that whoever asks can tell a guest that has moved from one that was started again. Lines that do something first:
 *
 *     dirty KB/S MB   writes to so much memory at this rate, all the time; "dirty 0 0" ends it
 *     store WORD      writes a word to the disk
 *     load            the answer's LINE is the word on the disk
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

enum { PORT = 7000, PAGE = 4096, SECTOR = 512, LONGEST_LINE = 1400, MOST_SESSIONS = 64 };

/* In the order in which they need each other; build/guest.sh has the same list. */
static const char *const modules[] = {
    "virtio_ring", "virtio", "virtio_pci_modern_dev", "virtio_pci_legacy_dev", "virtio_pci",
    "virtio_blk", "failover", "net_failover", "virtio_net",
};

static char name[64], address[32], boot_id[64];
static unsigned long counter;

/* What the writer thread works on. The rate is 0 while the buffer is exchanged. */
static volatile int dirty_rate; /* KB per second */
static char *volatile dirty_memory;
static volatile size_t dirty_size;

static double uptime(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

/* First line of a file. */
static void read_line(const char *file, char *line, size_t size) {
  int fd = open(file, O_RDONLY);
  ssize_t length = fd < 0 ? -1 : read(fd, line, size - 1);
  line[length > 0 ? length : 0] = 0;
  line[strcspn(line, "\n")] = 0;
  if (fd >= 0) close(fd);
}

/* Value of key= on the kernel's command line. */
static void parameter(const char *line, const char *key, char *value, size_t size) {
  const char *from = strstr(line, key);
  size_t length = 0;
  if (from)
    for (from += strlen(key); length + 1 < size && from[length] > ' '; length++) value[length] = from[length];
  value[length] = 0;
}

static void load_modules(void) {
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    char path[100];
    snprintf(path, sizeof path, "/modules/%s.ko", modules[i]);
    int fd = open(path, O_RDONLY);
    if (syscall(SYS_finit_module, fd, "", 0)) perror(path);
    close(fd);
  }
}

static void bring_up(const char *device, const char *ip) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct ifreq request = {0};
  struct sockaddr_in *value = (void *)&request.ifr_addr;
  strcpy(request.ifr_name, device);
  value->sin_family = AF_INET;
  inet_aton(ip, &value->sin_addr);
  ioctl(fd, SIOCSIFADDR, &request);
  inet_aton("255.255.255.0", &value->sin_addr);
  ioctl(fd, SIOCSIFNETMASK, &request);
  ioctl(fd, SIOCGIFFLAGS, &request);
  request.ifr_flags |= IFF_UP;
  ioctl(fd, SIOCSIFFLAGS, &request);
  close(fd);
}

static void wait_for_file(const char *path) {
  for (int tries = 0; tries < 200 && access(path, F_OK); tries++) usleep(20000);
}

/* Touches pages at the rate that is asked for, in 50 slices a second. */
static void *write_memory(void *unused) {
  for (size_t offset = 0;;) {
    int rate = dirty_rate;
    if (!rate) {
      usleep(20000);
      continue;
    }
    double begun = uptime();
    for (int pages = rate / 200; pages >= 0; pages--) {
      if (offset >= dirty_size) offset = 0;
      dirty_memory[offset]++;
      offset += PAGE;
    }
    double rest = .02 - (uptime() - begun);
    if (rest > 0) usleep(rest * 1e6);
  }
  return unused;
}

static void set_dirty(int rate, int megabytes) {
  dirty_rate = 0;
  usleep(50000); /* more than one slice: the writer has seen it */
  free(dirty_memory);
  dirty_size = (size_t)megabytes << 20;
  dirty_memory = dirty_size ? malloc(dirty_size) : NULL;
  if (!dirty_memory) return;
  memset(dirty_memory, 1, dirty_size);
  dirty_rate = rate;
}

/* Writes a sector past all caches, or reads it. */
static bool disk(char *sector, bool is_write) {
  int fd = open("/dev/vda", O_DIRECT | (is_write ? O_WRONLY | O_SYNC : O_RDONLY));
  if (fd < 0) return false;
  ssize_t done = is_write ? pwrite(fd, sector, SECTOR, 0) : pread(fd, sector, SECTOR, 0);
  close(fd);
  return done == SECTOR;
}

/* Answers one line; the length of the answer. */
static int answer(char *line, ssize_t length, char *reply, size_t size) {
  static char sector[SECTOR] __attribute__((aligned(PAGE)));
  int rate, megabytes;
  line[length] = 0;
  line[strcspn(line, "\r\n")] = 0;
  const char *said = line;
  if (sscanf(line, "dirty %d %d", &rate, &megabytes) == 2) set_dirty(rate, megabytes);
  if (!strncmp(line, "store ", 6)) {
    snprintf(sector, sizeof sector, "%s", line + 6);
    if (!disk(sector, true)) said = "no disk";
  }
  if (!strcmp(line, "load")) said = disk(sector, false) ? sector : "no disk";
  return snprintf(reply, size, "%s %s %lu %.3f %.1000s\n", name, boot_id, ++counter, uptime(), said);
}

static int listen_on(int type) {
  struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(PORT)};
  int fd = socket(AF_INET, type, 0);
  if (bind(fd, (void *)&any, sizeof any)) perror("bind");
  if (type == SOCK_STREAM) listen(fd, 16);
  return fd;
}

static void answer_datagram(int fd) {
  char line[LONGEST_LINE + 1], reply[2048];
  struct sockaddr_in from;
  socklen_t size = sizeof from;
  ssize_t length = recvfrom(fd, line, LONGEST_LINE, 0, (void *)&from, &size);
  if (length >= 0) sendto(fd, reply, answer(line, length, reply, sizeof reply), 0, (void *)&from, size);
}

/* False when the session is over. */
static bool answer_session(int fd) {
  char line[LONGEST_LINE + 1], reply[2048];
  ssize_t length = read(fd, line, LONGEST_LINE);
  if (length <= 0) return false;
  return write(fd, reply, answer(line, length, reply, sizeof reply)) > 0;
}

static void serve(int udp, int tcp) {
  struct pollfd polled[2 + MOST_SESSIONS] = {{udp, POLLIN, 0}, {tcp, POLLIN, 0}};
  int count = 2, one = 1;
  for (;;) {
    poll(polled, count, -1);
    if (polled[0].revents) answer_datagram(udp);
    for (int i = count - 1; i >= 2; i--) {
      if (!polled[i].revents || answer_session(polled[i].fd)) continue;
      close(polled[i].fd);
      polled[i] = polled[--count];
    }
    if (!polled[1].revents) continue;
    int session = accept(tcp, NULL, NULL);
    setsockopt(session, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (count < 2 + MOST_SESSIONS)
      polled[count++] = (struct pollfd){session, POLLIN, 0};
    else
      close(session);
  }
}

int main(void) {
  char line[1024];
  pthread_t writer;
  signal(SIGPIPE, SIG_IGN);
  mkdir("/proc", 0755);
  mkdir("/sys", 0755);
  mount("proc", "/proc", "proc", 0, NULL);
  mount("sysfs", "/sys", "sysfs", 0, NULL);
  mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
  load_modules();
  read_line("/proc/cmdline", line, sizeof line);
  parameter(line, "labname=", name, sizeof name);
  parameter(line, "labip=", address, sizeof address);
  read_line("/proc/sys/kernel/random/boot_id", boot_id, sizeof boot_id);
  wait_for_file("/sys/class/net/eth0");
  bring_up("lo", "127.0.0.1");
  bring_up("eth0", address);
  pthread_create(&writer, NULL, write_memory, NULL);
  printf("LAB-READY %s %s up=%.2f\n", name, address, uptime());
  serve(listen_on(SOCK_DGRAM), listen_on(SOCK_STREAM));
}
