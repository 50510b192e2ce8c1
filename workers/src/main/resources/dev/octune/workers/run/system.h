/* What the runner needs of Linux, without a C library: system calls, start-up, plain memory
 * routines, and the jump onto a kernel's own stack. x86_64 and aarch64, little-endian. */
#ifndef OCTUNE_SYSTEM_H
#define OCTUNE_SYSTEM_H

typedef unsigned char u8;
typedef signed char s8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef int s32;
typedef long s64;

#define NULL ((void *)0)

#if defined(__x86_64__)
enum {
  SYS_read = 0, SYS_write = 1, SYS_close = 3, SYS_mmap = 9, SYS_mprotect = 10, SYS_munmap = 11,
  SYS_rt_sigaction = 13, SYS_sched_yield = 24, SYS_madvise = 28, SYS_getpid = 39, SYS_socket = 41,
  SYS_connect = 42, SYS_clone = 56, SYS_exit = 60, SYS_wait4 = 61, SYS_kill = 62, SYS_chdir = 80,
  SYS_getrusage = 98, SYS_getppid = 110, SYS_setgroups = 116, SYS_setresuid = 117,
  SYS_setresgid = 119, SYS_capset = 126, SYS_sigaltstack = 131, SYS_prctl = 157,
  SYS_arch_prctl = 158, SYS_sched_setaffinity = 203, SYS_getdents64 = 217,
  SYS_clock_gettime = 228, SYS_exit_group = 231, SYS_openat = 257, SYS_ppoll = 271,
  SYS_unshare = 272, SYS_pipe2 = 293, SYS_prlimit64 = 302, SYS_seccomp = 317
};
#define AUDIT_ARCH 0xC000003Eu
#define ARCH_CODE 1
#elif defined(__aarch64__)
enum {
  SYS_chdir = 49, SYS_openat = 56, SYS_close = 57, SYS_pipe2 = 59, SYS_getdents64 = 61,
  SYS_read = 63, SYS_write = 64, SYS_ppoll = 73, SYS_capset = 91, SYS_exit = 93,
  SYS_exit_group = 94, SYS_unshare = 97, SYS_clock_gettime = 113, SYS_sched_setaffinity = 122,
  SYS_sched_yield = 124, SYS_kill = 129, SYS_sigaltstack = 132, SYS_rt_sigaction = 134,
  SYS_setresuid = 147, SYS_setresgid = 149, SYS_setgroups = 159, SYS_getrusage = 165,
  SYS_prctl = 167, SYS_getpid = 172, SYS_getppid = 173, SYS_socket = 198, SYS_connect = 203,
  SYS_munmap = 215, SYS_clone = 220, SYS_mmap = 222, SYS_mprotect = 226, SYS_madvise = 233,
  SYS_wait4 = 260, SYS_prlimit64 = 261, SYS_seccomp = 277
};
#define AUDIT_ARCH 0xC00000B7u
#define ARCH_CODE 2
#else
#error "the runner knows x86_64 and aarch64"
#endif

/* One system call; a negative answer is -errno. */
static s64 sys(s64 number, s64 a, s64 b, s64 c, s64 d, s64 e, s64 f) {
#if defined(__x86_64__)
  s64 answer;
  register s64 r10 __asm__("r10") = d;
  register s64 r8 __asm__("r8") = e;
  register s64 r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(answer)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return answer;
#else
  register s64 x8 __asm__("x8") = number;
  register s64 x0 __asm__("x0") = a;
  register s64 x1 __asm__("x1") = b;
  register s64 x2 __asm__("x2") = c;
  register s64 x3 __asm__("x3") = d;
  register s64 x4 __asm__("x4") = e;
  register s64 x5 __asm__("x5") = f;
  __asm__ volatile("svc 0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory", "cc");
  return x0;
#endif
}

#define SYS0(n) sys(SYS_##n, 0, 0, 0, 0, 0, 0)
#define SYS1(n, a) sys(SYS_##n, (s64)(a), 0, 0, 0, 0, 0)
#define SYS2(n, a, b) sys(SYS_##n, (s64)(a), (s64)(b), 0, 0, 0, 0)
#define SYS3(n, a, b, c) sys(SYS_##n, (s64)(a), (s64)(b), (s64)(c), 0, 0, 0)
#define SYS4(n, a, b, c, d) sys(SYS_##n, (s64)(a), (s64)(b), (s64)(c), (s64)(d), 0, 0)
#define SYS5(n, a, b, c, d, e) sys(SYS_##n, (s64)(a), (s64)(b), (s64)(c), (s64)(d), (s64)(e), 0)

enum {
  EPERM = 1, EINTR = 4, EAGAIN = 11, EBUSY = 16,
  PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4,
  MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_FIXED = 0x10, MAP_ANONYMOUS = 0x20, MAP_NORESERVE = 0x4000,
  MADV_HUGEPAGE = 14,
  SIGILL = 4, SIGTRAP = 5, SIGBUS = 7, SIGFPE = 8, SIGKILL = 9, SIGSEGV = 11, SIGCHLD = 17,
  SIGXCPU = 24, SIGSYS = 31,
  RLIMIT_CPU = 0, RLIMIT_FSIZE = 1, RLIMIT_CORE = 4, RLIMIT_NPROC = 6, RLIMIT_AS = 9,
  RUSAGE_SELF = 0,
  CLOCK_MONOTONIC = 1
};

struct timespec { s64 seconds, nanos; };

/* struct rusage of 64-bit Linux. */
struct rusage {
  s64 user[2], system[2];
  s64 maxrss, ixrss, idrss, isrss, minflt, majflt, nswap, inblock, oublock, msgsnd, msgrcv,
      nsignals, nvcsw, nivcsw;
};

/* Without the vdso this costs about 0.3 us, which a stretch of 200 us hides. */
static u64 now_nanos(void) {
  struct timespec t;
  SYS2(clock_gettime, CLOCK_MONOTONIC, &t);
  return (u64)t.seconds * 1000000000u + (u64)t.nanos;
}

void *memset(void *to, int value, u64 bytes) {
  u8 *p = to;
  for (u64 i = 0; i < bytes; i++) {
    p[i] = (u8)value;
  }
  return to;
}

void *memcpy(void *restrict to, const void *restrict from, u64 bytes) {
  u8 *restrict p = to;
  const u8 *restrict q = from;
  for (u64 i = 0; i < bytes; i++) {
    p[i] = q[i];
  }
  return to;
}

static u64 round_up(u64 value, u64 multiple) { return (value + multiple - 1) / multiple * multiple; }

/* Index of the first byte that differs, or `bytes`. Whole blocks first: the loop inside has no
 * exit, so that it becomes vector code. */
static u64 first_difference(const u8 *a, const u8 *b, u64 bytes) {
  enum { BLOCK = 4096 };
  u64 at = 0;
  for (; at + BLOCK <= bytes; at += BLOCK) {
    u8 any = 0;
    for (u64 i = 0; i < BLOCK; i++) {
      any |= a[at + i] ^ b[at + i];
    }
    if (any) {
      break;
    }
  }
  while (at < bytes && a[at] == b[at]) {
    at++;
  }
  return at;
}

/* Index of the first byte that is not `value`, or `bytes`. */
static u64 first_not(const u8 *a, u8 value, u64 bytes) {
  u64 at = 0;
  while (at < bytes && a[at] == value) {
    at++;
  }
  return at;
}

/* Calls a kernel on another stack, 16-byte aligned at the call as both ABIs ask. */
void call_on_stack(u8 *stack_top, const void *function, const void *a, const void *b, void *c,
                   s32 part, s32 parts);
#if defined(__x86_64__)
__asm__(
    ".text\n.globl call_on_stack\n.type call_on_stack,@function\ncall_on_stack:\n"
    "  push %rbp\n  mov %rsp, %rbp\n"
    "  mov %rsi, %r10\n  mov 16(%rbp), %r11d\n"
    "  mov %rdi, %rsp\n"
    "  mov %rdx, %rdi\n  mov %rcx, %rsi\n  mov %r8, %rdx\n  mov %r9d, %ecx\n  mov %r11d, %r8d\n"
    "  call *%r10\n"
    "  mov %rbp, %rsp\n  pop %rbp\n  ret\n");
__asm__(".text\n.globl _start\n_start:\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call runner_main\n");
#else
__asm__(
    ".text\n.globl call_on_stack\n.type call_on_stack,@function\ncall_on_stack:\n"
    "  stp x29, x30, [sp, #-16]!\n  mov x29, sp\n"
    "  mov x9, x1\n  mov sp, x0\n"
    "  mov x0, x2\n  mov x1, x3\n  mov x2, x4\n  mov w3, w5\n  mov w4, w6\n"
    "  blr x9\n"
    "  mov sp, x29\n  ldp x29, x30, [sp], #16\n  ret\n");
__asm__(".text\n.globl _start\n_start:\n  mov x0, sp\n  and sp, x0, #-16\n  bl runner_main\n");
#endif

/* Starts a thread that shares everything with its maker; `function` must not return. */
s64 start_thread(u64 flags, u8 *stack_top, void (*function)(void *), void *argument);
#if defined(__x86_64__)
__asm__(
    ".text\n.globl start_thread\n.type start_thread,@function\nstart_thread:\n"
    /* r8 would be the thread pointer and r9 is no argument: the kernel leaves both as they are. */
    "  mov %rdx, %r8\n  mov %rcx, %r9\n"
    "  xor %edx, %edx\n  xor %r10d, %r10d\n"
    "  mov $56, %eax\n  syscall\n"
    "  test %rax, %rax\n  jz 1f\n  ret\n"
    "1:\n  xor %ebp, %ebp\n  mov %r9, %rdi\n  call *%r8\n  ud2\n");
#else
__asm__(
    ".text\n.globl start_thread\n.type start_thread,@function\nstart_thread:\n"
    "  mov x9, x2\n  mov x10, x3\n"
    "  mov x2, xzr\n  mov x3, xzr\n  mov x4, xzr\n"
    "  mov x8, #220\n  svc 0\n"
    "  cbz x0, 1f\n  ret\n"
    "1:\n  mov x29, xzr\n  mov x0, x10\n  blr x9\n  brk #1\n");
#endif

/* Fresh zeroed memory, or NULL. */
static u8 *map_memory(u64 bytes, s64 protection, s64 flags) {
  s64 at = sys(SYS_mmap, 0, (s64)bytes, protection, flags | MAP_ANONYMOUS, -1, 0);
  return at < 0 && at > -4096 ? NULL : (u8 *)at;
}

/* The instruction side must see bytes that were written as data. */
static void sync_instructions(u8 *code, u64 bytes) {
#if defined(__aarch64__)
  u64 sizes;
  __asm__("mrs %0, ctr_el0" : "=r"(sizes));
  u64 data_line = 4ul << ((sizes >> 16) & 15), code_line = 4ul << (sizes & 15);
  for (u64 at = (u64)code & ~(data_line - 1); at < (u64)code + bytes; at += data_line) {
    __asm__ volatile("dc cvau, %0" ::"r"(at) : "memory");
  }
  __asm__ volatile("dsb ish" ::: "memory");
  for (u64 at = (u64)code & ~(code_line - 1); at < (u64)code + bytes; at += code_line) {
    __asm__ volatile("ic ivau, %0" ::"r"(at) : "memory");
  }
  __asm__ volatile("dsb ish\n\tisb" ::: "memory");
#else
  (void)code;
  (void)bytes;
#endif
}

static void spin_pause(void) {
#if defined(__x86_64__)
  __asm__ volatile("pause");
#else
  __asm__ volatile("yield");
#endif
}

#endif
