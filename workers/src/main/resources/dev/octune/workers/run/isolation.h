/* What the server takes from itself before it reads its first byte, and so from every child it
 * forks: the network, where asked its user, every capability. It costs nothing a measurement. The
 * server has one thread, without which Linux refuses a user namespace. */
#ifndef OCTUNE_ISOLATION_H
#define OCTUNE_ISOLATION_H

#include "protocol.h"

static struct sandbox isolation;

static void set_protection(struct sandbox *sandbox, enum protection what, s64 answer) {
  u64 bit = 1ul << what;
  sandbox->in_force = answer >= 0 ? sandbox->in_force | bit : sandbox->in_force & ~bit;
  sandbox->refusal[what] = answer >= 0 ? 0 : (u64)-answer;
}

/* True where loopback is on a route, as it is everywhere but in a fresh namespace, whose own is
 * down. Connecting a datagram socket sends nothing. */
static int reaches_loopback(void) {
  enum { AF_INET = 2, SOCK_DGRAM = 2 };
  struct { u16 family; u8 port[2], address[4], zero[8]; } loopback = {
      AF_INET, {0, 9}, {127, 0, 0, 1}, {0}};
  s64 descriptor = SYS3(socket, AF_INET, SOCK_DGRAM, 0);
  if (descriptor < 0) {
    return 0;
  }
  s64 answer = SYS3(connect, descriptor, &loopback, sizeof loopback);
  SYS1(close, descriptor);
  return answer >= 0;
}

static s64 leave_network(s64 flags) {
  s64 answer = SYS1(unshare, flags);
  set_protection(&isolation, NO_NETWORK, answer);
  if (answer >= 0 && reaches_loopback()) {
    /* An emulator of system calls says yes and does nothing. */
    isolation.in_force &= ~(1ul << NO_NETWORK);
  }
  return answer;
}

/* Supplementary groups first: afterwards nobody may change them. Capabilities go with root. */
static s64 become(u64 user, u64 group) {
  s64 answer = SYS2(setgroups, 0, NULL);
  answer = answer < 0 ? answer : SYS3(setresgid, group, group, group);
  return answer < 0 ? answer : SYS3(setresuid, user, user, user);
}

static void drop_capabilities(void) {
  struct { u32 version; s32 process; } header = {0x20080522, 0};
  u32 none[6] = {0};
  set_protection(&isolation, NO_CAPABILITIES, SYS2(capset, &header, none));
}

/* A number and `end` behind it; moves `at` behind that. ~0 where there is none. */
static u64 read_number(const char **at, char end) {
  enum { MAX_DIGITS = 10 };
  u64 number = 0, digits = 0;
  for (; **at >= '0' && **at <= '9' && digits < MAX_DIGITS; (*at)++, digits++) {
    number = number * 10 + (u64)(**at - '0');
  }
  int sound = digits > 0 && **at == end && number < 0xFFFFFFFF;
  *at += sound;
  return sound ? number : ~0ul;
}

static void refuse_to_start(const char *why) {
  enum { STDERR = 2, EXIT_USAGE = 2 };
  u64 bytes = 0;
  while (why[bytes]) {
    bytes++;
  }
  SYS3(write, STDERR, why, bytes);
  SYS1(exit_group, EXIT_USAGE);
}

/* `user`: USER:GROUP as numbers, or NULL to stay who starts it. */
static void isolate(const char *user) {
  enum { CLONE_NEWUSER = 0x10000000, CLONE_NEWNET = 0x40000000, PR_SET_DUMPABLE = 4 };
  s64 left = leave_network(CLONE_NEWNET);
  if (user) {
    u64 uid = read_number(&user, ':'), gid = uid == ~0ul ? uid : read_number(&user, 0);
    if (gid == ~0ul || uid == 0) {
      refuse_to_start("the runner wants --user UID:GID, and not root's\n");
    }
    if (become(uid, gid) < 0) {
      refuse_to_start("the runner may not change its user\n");
    }
    set_protection(&isolation, OTHER_USER, 0);
  }
  if (left < 0) {
    /* Everybody may leave the network together with the users. */
    leave_network(CLONE_NEWUSER | CLONE_NEWNET);
  }
  drop_capabilities();
  /* Nobody of the same user may look into it. */
  SYS5(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
  SYS1(chdir, "/");
}

#endif
