/* What a forked child does: take the sandbox on, run a kernel on guarded buffers and compare every
 * element, then time it on fresh placements. It speaks to the server only through the shared
 * report, and ends by exit_group: a child never returns. */
#ifndef OCTUNE_TRIAL_H
#define OCTUNE_TRIAL_H

#include "isolation.h"
#include "memory.h"

enum {
  /* The contract of a kernel (dev.octune.kernels.codegen.KernelSource). */
  KERNEL_STACK_BYTES = 16 << 10,
  SIGNAL_STACK_BYTES = 64 << 10, /* an AVX-512 or SVE frame takes a few KiB, AMX eight */
  THREAD_STACK_BYTES = 64 << 10,

  POISON_LEFT = 0x5A,
  POISON_RIGHT = 0xA7,

  /* A placement moves each operand by a multiple of a cache line below a page. */
  PLACEMENT_STEP_BYTES = 64,
  PLACEMENT_SPAN_BYTES = 4096,
  HUGE_PAGE_BYTES = 2 << 20,

  MAX_CALLS = 10 << 20,
  SPINS_BEFORE_YIELD = 20000,
  MAX_WATCHED = 8 + 9 * MAX_KERNELS + MAX_THREADS
};

/* Operands and answers of one workload and seed, one of each per fill. One mapping holds them all,
 * here and in a layout: what a fork costs grows with the number of mappings. */
struct problem {
  u64 id;
  int used;
  u64 fills, act_bytes, wgt_bytes, out_bytes, table_bytes; /* table: 0 where sums are the output */
  enum out_kind out_kind;
  u8 *map;
  u64 map_bytes;
  u8 *act[MAX_FILLS], *wgt[MAX_FILLS], *out[MAX_FILLS], *table[MAX_FILLS];
};

/* Packing of a problem's operands: the code, and the packed operands themselves. */
struct layout {
  u64 id;
  int used;
  struct problem *problem;
  u64 act_bytes, wgt_bytes, out_bytes;
  u8 *code;
  u64 code_map_bytes;
  const u8 *pack_act, *pack_wgt, *pack_quant, *unpack_out;
  u8 *map;
  u64 map_bytes;
  u8 *act[MAX_FILLS], *wgt[MAX_FILLS];
};

struct kernel {
  struct layout *layout;
  const u8 *code_bytes;
  u64 code_size, entry_offset;
  const u8 *entry;
  u8 *proved; /* packed output that unpacks to the right answer of fill `proved_fill` */
  u64 proved_fill;
  struct placement {
    u8 *map;
    u64 map_bytes;
    u8 *act, *wgt, *out;
  } placement;
  u64 calls;
};

struct trial {
  struct problem *problem;
  u64 flags, threads, other_parts, seed, placements, samples, sample_nanos, stop_nanos;
  u64 cpu_count;
  u64 cpu[MAX_THREADS];
  u64 kernel_count;
  struct kernel kernel[MAX_KERNELS];
};

static struct report *report; /* shared between server and child */

/* ---- Faults ---- */

static struct arena watched[MAX_WATCHED];
static u64 watched_count;

static void watch(const struct arena *arena) {
  if (watched_count < MAX_WATCHED) {
    watched[watched_count++] = *arena;
  }
}

static void finish(enum outcome outcome) {
  report->outcome = outcome;
  for (;;) {
    SYS1(exit_group, 0);
  }
}

static u64 fault_access(const u8 *context) {
#if defined(__x86_64__)
  /* ucontext: flags, link, stack, then the general registers, of which number 19 is the page
   * fault's error code, bit 1 set for a write. */
  return (*(const u64 *)(context + 40 + 19 * 8) >> 1) & 1 ? ACCESS_WRITE : ACCESS_READ;
#else
  /* The exception syndrome is a tagged record behind the registers; bit 6 is set for a write. */
  const u8 *at = context + 464;
  for (int records = 0; records < 16 && *(const u32 *)at != 0; records++) {
    if (*(const u32 *)at == 0x45535201) {
      return (*(const u64 *)(at + 8) >> 6) & 1 ? ACCESS_WRITE : ACCESS_READ;
    }
    at += *(const u32 *)(at + 4);
  }
  return ACCESS_UNKNOWN;
#endif
}

static void on_fault(s32 signal, const u8 *info, const u8 *context) {
  u64 address = *(const u64 *)(info + 16);
  s64 nearest = (s64)(~0ul >> 1);
  report->signal = (u64)signal;
  report->address = signal == SIGSYS ? *(const u32 *)(info + 24) : address;
  int addressed = (signal == SIGSEGV || signal == SIGBUS) && *(const s32 *)(info + 8) != 128;
  report->access = addressed ? fault_access(context) : ACCESS_UNKNOWN;
  report->region = REGION_NONE;
  for (u64 i = 0; addressed && i < watched_count; i++) {
    const struct arena *arena = &watched[i];
    if (address < (u64)arena->map || address >= (u64)arena->map + arena->map_bytes) {
      continue;
    }
    s64 offset = (s64)(address - (u64)arena->at);
    s64 distance = offset < 0 ? -offset : offset - (s64)arena->bytes;
    if (distance < nearest) {
      nearest = distance;
      report->region = arena->region;
      report->index = offset;
      report->region_bytes = arena->bytes;
    }
  }
  finish(OUTCOME_CRASHED);
}

static void on_no_return(void) { SYS1(exit_group, 1); }

static void catch_faults(void) {
  enum { SA_SIGINFO = 4, SA_RESTORER = 0x04000000, SA_ONSTACK = 0x08000000 };
  static const s32 signals[] = {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGSYS};
  struct { void *handler; u64 flags; void *restorer; u64 mask; } action = {
      (void *)on_fault, SA_SIGINFO | SA_RESTORER | SA_ONSTACK, (void *)on_no_return, 0};
  for (u64 i = 0; i < sizeof signals / sizeof *signals; i++) {
    SYS4(rt_sigaction, signals[i], &action, NULL, 8);
  }
}

static void use_signal_stack(u8 *stack) {
  struct { void *base; s32 flags; u64 bytes; } alternate = {stack, 0, SIGNAL_STACK_BYTES};
  SYS2(sigaltstack, &alternate, NULL);
}

/* ---- Sandbox ---- */

static s64 pin_to(s64 thread, const u64 *cpus, u64 count) {
  u64 mask[16] = {0};
  for (u64 i = 0; i < count; i++) {
    if (cpus[i] < 1024) {
      mask[cpus[i] / 64] |= 1ul << (cpus[i] % 64);
    }
  }
  return SYS3(sched_setaffinity, thread, sizeof mask, mask);
}

static void protect(enum protection what, s64 answer) {
  set_protection(&report->sandbox, what, answer);
}

/* What one limit lacks, all of them lack. */
static void limit(s64 resource, u64 value) {
  u64 limits[2] = {value, value};
  s64 answer = SYS4(prlimit64, 0, resource, limits, NULL);
  if (answer < 0) {
    protect(LIMITS, answer);
  }
}

/* Dies with the server, gains nothing, dumps nothing, writes no file. */
static void enter_child(s64 server, u64 cpu_seconds) {
  enum { PR_SET_PDEATHSIG = 1, PR_SET_NO_NEW_PRIVS = 38 };
  protect(DIES_WITH_PARENT, SYS5(prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
  if (SYS0(getppid) != server) {
    SYS1(exit_group, 1);
  }
  protect(NO_NEW_PRIVS, SYS5(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  protect(LIMITS, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_CPU, cpu_seconds);
  for (s64 descriptor = 0; descriptor < 3; descriptor++) {
    SYS1(close, descriptor);
  }
}

/* From here on only memory, clocks and the end: no file, no process, no executable page. */
static void close_sandbox(u64 memory_bytes) {
  enum {
    LOAD = 0x20, JUMP_EQUAL = 0x15, JUMP_ANY_BIT = 0x45, RETURN = 0x06,
    NUMBER = 0, ARCHITECTURE = 4, PROTECTION_ARGUMENT = 32,
    SECCOMP_SET_MODE_FILTER = 1, SECCOMP_FILTER_FLAG_TSYNC = 1
  };
  const u32 allow = 0x7FFF0000, trap = 0x00030000;
  static const u32 allowed[] = {SYS_munmap,      SYS_madvise, SYS_clock_gettime, SYS_getrusage,
                                SYS_sched_yield, SYS_exit,    SYS_exit_group};
  enum { ALLOWED = sizeof allowed / sizeof *allowed };
  struct instruction { u16 code; u8 if_true, if_false; u32 value; } filter[ALLOWED + 9];
  u8 n = 0;
  filter[n++] = (struct instruction){LOAD, 0, 0, ARCHITECTURE};
  filter[n++] = (struct instruction){JUMP_EQUAL, 0, ALLOWED + 2, AUDIT_ARCH};
  filter[n++] = (struct instruction){LOAD, 0, 0, NUMBER};
  filter[n++] = (struct instruction){JUMP_EQUAL, ALLOWED + 1, 0, SYS_mmap};
  for (u8 i = 0; i < ALLOWED; i++) {
    filter[n++] = (struct instruction){JUMP_EQUAL, (u8)(ALLOWED - i + 2), 0, allowed[i]};
  }
  filter[n++] = (struct instruction){RETURN, 0, 0, trap};
  filter[n++] = (struct instruction){LOAD, 0, 0, PROTECTION_ARGUMENT};
  filter[n++] = (struct instruction){JUMP_ANY_BIT, 1, 0, PROT_EXEC};
  filter[n++] = (struct instruction){RETURN, 0, 0, allow};
  filter[n++] = (struct instruction){RETURN, 0, 0, trap};
  struct { u16 count; struct instruction *first; } program = {n, filter};

  limit(RLIMIT_NPROC, 0);
  limit(RLIMIT_AS, memory_bytes);
  s64 filtered = SYS3(seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  /* A number above 0 is that of a thread which could not take the filter on. */
  protect(SECCOMP, filtered > 0 ? -EBUSY : filtered);
}

/* ---- Threads ---- */

/* Lines are fetched in pairs. */
#define CACHE_LINE_PAIR 128

/* The threads of a child. Round r begins when `round` becomes r and is over when all members but
 * the first, who is the child itself, have counted themselves in `finished`. */
static struct {
  u64 threads;
  volatile u32 round;
  const u8 *entry;
  const u8 *act, *wgt;
  u8 *out;
  /* On lines of its own: all members write it while others still read what is above. */
  volatile u32 finished __attribute__((aligned(CACHE_LINE_PAIR)));
  struct member {
    u32 index;
    u64 cpu;
    u8 *kernel_stack_top, *signal_stack;
  } member[MAX_THREADS] __attribute__((aligned(CACHE_LINE_PAIR)));
} team;

static void wait_for(volatile u32 *value, u32 wanted) {
  for (u32 spins = 0; __atomic_load_n(value, __ATOMIC_ACQUIRE) != wanted; spins++) {
    if (spins < SPINS_BEFORE_YIELD) {
      spin_pause();
    } else {
      SYS0(sched_yield);
    }
  }
}

static void member_main(void *argument) {
  struct member *me = argument;
  pin_to(0, &me->cpu, 1);
  use_signal_stack(me->signal_stack);
  __atomic_add_fetch(&team.finished, 1, __ATOMIC_RELEASE);
  for (u32 round = 1;; round++) {
    wait_for(&team.round, round);
    call_on_stack(me->kernel_stack_top, team.entry, team.act, team.wgt, team.out, (s32)me->index,
                  (s32)team.threads);
    __atomic_add_fetch(&team.finished, 1, __ATOMIC_RELEASE);
  }
}

static int member_stacks(struct member *member) {
  struct arena stack;
  if (!arena_map(&stack, REGION_STACK, KERNEL_STACK_BYTES, RIGHT)) {
    return 0;
  }
  watch(&stack);
  member->kernel_stack_top = stack.middle + stack.middle_bytes;
  member->signal_stack = map_memory(SIGNAL_STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE);
  return member->signal_stack != NULL;
}

static void start_team(u64 threads, const u64 *cpus, u64 cpu_count) {
  enum {
    CLONE_VM = 0x100, CLONE_FS = 0x200, CLONE_FILES = 0x400, CLONE_SIGHAND = 0x800,
    CLONE_THREAD = 0x10000, CLONE_SYSVSEM = 0x40000
  };
  team.threads = threads;
  if (cpu_count > 0) {
    protect(PINNED, pin_to(0, cpus, 1));
  }
  for (u32 i = 0; i < threads; i++) {
    struct member *member = &team.member[i];
    member->index = i;
    member->cpu = cpu_count > 0 ? cpus[i % cpu_count] : ~0ul;
    if (!member_stacks(member)) {
      finish(OUTCOME_NO_MEMORY);
    }
    if (i == 0) {
      use_signal_stack(member->signal_stack);
      continue;
    }
    u8 *stack = map_memory(THREAD_STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    u64 flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
    if (!stack || start_thread(flags, stack + THREAD_STACK_BYTES, member_main, member) < 0) {
      finish(OUTCOME_NO_MEMORY);
    }
  }
  wait_for(&team.finished, (u32)threads - 1);
}

static void call(const u8 *function, const void *a, const void *b, void *c, s32 part, s32 parts) {
  call_on_stack(team.member[0].kernel_stack_top, function, a, b, c, part, parts);
}

/* One run as it is timed: as many parts as threads, all at once. */
static void run_together(const u8 *entry, const u8 *act, const u8 *wgt, u8 *out) {
  if (team.threads == 1) {
    call(entry, act, wgt, out, 0, 1);
    return;
  }
  team.entry = entry;
  team.act = act;
  team.wgt = wgt;
  team.out = out;
  team.finished = 0;
  __atomic_add_fetch(&team.round, 1, __ATOMIC_RELEASE);
  call(entry, act, wgt, out, 0, (s32)team.threads);
  wait_for(&team.finished, (u32)team.threads - 1);
}

/* ---- Checking ---- */

static struct arena plain_out;

static void wrong(enum wrong kind, enum region region, s64 index) {
  report->wrong = kind;
  report->region = region;
  report->index = index;
  finish(OUTCOME_WRONG);
}

static void check_canaries(const struct arena *arena) {
  int intact;
  s64 at = arena_changed_canary(arena, &intact);
  if (!intact) {
    report->region_bytes = arena->bytes;
    wrong(WRONG_OUTSIDE, arena->region, at);
  }
}

static void check_unchanged(enum region region, const u8 *now, const u8 *before, u64 bytes) {
  u64 at = first_difference(now, before, bytes);
  if (at < bytes) {
    report->region_bytes = bytes;
    report->expected = before[at];
    report->got = now[at];
    wrong(WRONG_INPUT, region, (s64)at);
  }
}

static s64 element(const u8 *plain, enum out_kind kind, u64 index) {
  return kind == OUT_U8 ? plain[index]
         : kind == OUT_S8 ? ((const s8 *)plain)[index]
                          : ((const s32 *)plain)[index];
}

/* Every element of a packed output against the oracle's answer. An output equal byte for byte to
 * one that was proved for the same fill needs no unpacking. */
static void check_output(struct kernel *kernel, u64 fill, const u8 *out) {
  struct layout *layout = kernel->layout;
  if (kernel->proved_fill == fill &&
      first_difference(out, kernel->proved, layout->out_bytes) == layout->out_bytes) {
    return;
  }
  memset(plain_out.at, report->run == RUN_LEFT ? POISON_LEFT : POISON_RIGHT, plain_out.bytes);
  arena_set_canaries(&plain_out);
  call(layout->unpack_out, out, plain_out.at, NULL, 0, 1);
  check_canaries(&plain_out);
  const u8 *got = plain_out.at, *expected = layout->problem->out[fill];
  enum out_kind kind = layout->problem->out_kind;
  u64 bytes = plain_out.bytes, element_bytes = kind == OUT_S32 ? 4 : 1;
  u64 at = first_difference(got, expected, bytes) / element_bytes;
  u64 elements = bytes / element_bytes;
  if (at < elements) {
    for (u64 i = at; i < elements; i++) {
      report->count += element(got, kind, i) != element(expected, kind, i);
    }
    report->expected = element(expected, kind, at);
    report->got = element(got, kind, at);
    report->region_bytes = elements;
    wrong(WRONG_ELEMENT, REGION_OUT, (s64)at);
  }
  memcpy(kernel->proved, out, layout->out_bytes);
  kernel->proved_fill = fill;
}

static void guard(struct arena *arena, enum region region, u64 bytes, enum side side) {
  if (!arena_map(arena, region, bytes, side)) {
    finish(OUTCOME_NO_MEMORY);
  }
  watch(arena);
  arena_set_canaries(arena);
}

/* The packed operands of one side: at its guard pages, with canaries in the slack. */
struct buffers {
  struct arena act, wgt, out;
};

static void map_buffers(struct buffers *buffers, const struct layout *layout, enum side side) {
  guard(&buffers->act, REGION_ACT, layout->act_bytes, side);
  guard(&buffers->wgt, REGION_WGT, layout->wgt_bytes, side);
  guard(&buffers->out, REGION_OUT, layout->out_bytes, side);
}

static void free_buffers(struct buffers *buffers) {
  arena_free(&buffers->act);
  arena_free(&buffers->wgt);
  arena_free(&buffers->out);
}

static void check_run(struct trial *trial, struct kernel *kernel, u64 fill, enum run run,
                      struct buffers *at, u8 poison) {
  struct layout *layout = kernel->layout;
  report->fill = fill;
  report->run = run;
  memset(at->out.at, poison, layout->out_bytes);
  s32 parts = (s32)trial->other_parts;
  if (run == RUN_OTHER_PARTS || run == RUN_OTHER_PARTS_REVERSED) {
    for (s32 i = 0; i < parts; i++) {
      s32 part = run == RUN_OTHER_PARTS ? i : parts - 1 - i;
      call(kernel->entry, at->act.at, at->wgt.at, at->out.at, part, parts);
    }
  } else {
    run_together(kernel->entry, at->act.at, at->wgt.at, at->out.at);
  }
  check_canaries(&at->act);
  check_canaries(&at->wgt);
  check_canaries(&at->out);
  check_unchanged(REGION_ACT, at->act.at, layout->act[fill], layout->act_bytes);
  check_unchanged(REGION_WGT, at->wgt.at, layout->wgt[fill], layout->wgt_bytes);
  check_output(kernel, fill, at->out.at);
  check_canaries(&at->out);
}

/* The random fill, number 0, comes last: its proved output then serves the timed calls. */
static void check_kernel(struct trial *trial, struct kernel *kernel) {
  struct layout *layout = kernel->layout;
  struct buffers left, right;
  u64 watched_before = watched_count;
  map_buffers(&left, layout, LEFT);
  map_buffers(&right, layout, RIGHT);
  for (u64 fill = trial->problem->fills; fill-- > 0;) {
    memcpy(left.act.at, layout->act[fill], layout->act_bytes);
    memcpy(left.wgt.at, layout->wgt[fill], layout->wgt_bytes);
    memcpy(right.act.at, layout->act[fill], layout->act_bytes);
    memcpy(right.wgt.at, layout->wgt[fill], layout->wgt_bytes);
    check_run(trial, kernel, fill, RUN_LEFT, &left, POISON_LEFT);
    check_run(trial, kernel, fill, RUN_RIGHT, &right, POISON_RIGHT);
    if (fill == 0) {
      check_run(trial, kernel, fill, RUN_OTHER_PARTS, &right, POISON_LEFT);
      check_run(trial, kernel, fill, RUN_OTHER_PARTS_REVERSED, &left, POISON_RIGHT);
    }
  }
  free_buffers(&left);
  free_buffers(&right);
  watched_count = watched_before;
}

/* ---- Timing ---- */

static u64 next_random(u64 *state) { return mix(*state += GOLDEN); }

static u64 random_offset(u64 *random) {
  return next_random(random) % (PLACEMENT_SPAN_BYTES / PLACEMENT_STEP_BYTES) * PLACEMENT_STEP_BYTES;
}

static s64 page_faults(void) {
  struct rusage usage;
  SYS2(getrusage, RUSAGE_SELF, &usage);
  return usage.minflt;
}

static void watch_placed(struct placement *placed, enum region region, u8 *at, u64 bytes) {
  struct arena arena = {placed->map, placed->map_bytes, placed->map, placed->map_bytes,
                        at,          bytes,             region};
  watch(&arena);
}

/* Maps fresh memory for a placement, in huge pages where the system gives them, and touches it
 * before any call does. Its address is a multiple of a huge page. */
static u8 *map_fresh(struct placement *placed, u64 bytes) {
  u64 whole = round_up(bytes, HUGE_PAGE_BYTES);
  placed->map_bytes = whole + HUGE_PAGE_BYTES;
  placed->map = map_memory(placed->map_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE);
  if (!placed->map) {
    finish(OUTCOME_NO_MEMORY);
  }
  u8 *base = (u8 *)round_up((u64)placed->map, HUGE_PAGE_BYTES);
  SYS3(madvise, base, whole, MADV_HUGEPAGE);
  s64 faults = page_faults();
  for (u64 at = 0; at < bytes; at += 4096) {
    *(volatile u8 *)(base + at) = 0;
  }
  /* A few faults of the counting itself are no sign against huge pages. */
  if (page_faults() - faults > (s64)(whole / HUGE_PAGE_BYTES) + 4) {
    report->sandbox.in_force &= ~(1ul << HUGE_PAGES);
  }
  return base;
}

/* Each operand at its own random cache line of a page. */
static void map_placement(struct kernel *kernel, u64 *random) {
  struct layout *layout = kernel->layout;
  struct placement *placed = &kernel->placement;
  u64 sizes[3] = {layout->act_bytes, layout->wgt_bytes, layout->out_bytes}, starts[3], end = 0;
  for (int i = 0; i < 3; i++) {
    starts[i] = round_up(end, PLACEMENT_SPAN_BYTES) + random_offset(random);
    end = starts[i] + sizes[i];
  }
  u8 *base = map_fresh(placed, end);
  placed->act = base + starts[0];
  placed->wgt = base + starts[1];
  placed->out = base + starts[2];
  watch_placed(placed, REGION_ACT, placed->act, layout->act_bytes);
  watch_placed(placed, REGION_WGT, placed->wgt, layout->wgt_bytes);
  watch_placed(placed, REGION_OUT, placed->out, layout->out_bytes);
  memcpy(placed->act, layout->act[0], layout->act_bytes);
  memcpy(placed->wgt, layout->wgt[0], layout->wgt_bytes);
}

static u64 time_calls(const struct kernel *kernel, u64 calls) {
  const struct placement *placed = &kernel->placement;
  u64 start = now_nanos();
  for (u64 i = 0; i < calls; i++) {
    run_together(kernel->entry, placed->act, placed->wgt, placed->out);
  }
  return now_nanos() - start;
}

/* As many calls as fill a sample. */
static u64 calibrate(const struct kernel *kernel, u64 sample_nanos) {
  u64 calls = 1;
  u64 nanos = time_calls(kernel, calls);
  while (nanos < sample_nanos / 4 && calls < MAX_CALLS) {
    calls *= 4;
    nanos = time_calls(kernel, calls);
  }
  u64 wanted = (sample_nanos * calls + nanos) / (nanos + 1);
  return wanted < 1 ? 1 : wanted > MAX_CALLS ? MAX_CALLS : wanted;
}

/* A sample during which the system took the CPU away is taken again, a few times; if that does not
 * help it stays, marked. */
static void take_sample(const struct kernel *kernel, u64 index, u64 placement) {
  enum { ATTEMPTS = 3 };
  struct sample sample = {index, placement, 0, kernel->calls, 1};
  for (int attempt = 0; attempt < ATTEMPTS && sample.preempted; attempt++) {
    struct rusage before, after;
    SYS2(getrusage, RUSAGE_SELF, &before);
    sample.nanos = time_calls(kernel, kernel->calls);
    SYS2(getrusage, RUSAGE_SELF, &after);
    sample.preempted = after.nivcsw != before.nivcsw;
  }
  if (report->samples < MAX_SAMPLES) {
    report->sample[report->samples++] = sample;
  }
}

/* Median nanoseconds a call of the last `count` samples. */
static u64 median_of_last(u64 count) {
  u64 sorted[64], n = 0;
  for (u64 i = report->samples - count; i < report->samples && n < 64; i++) {
    u64 value = report->sample[i].nanos / report->sample[i].calls, at = n++;
    for (; at > 0 && sorted[at - 1] > value; at--) {
      sorted[at] = sorted[at - 1];
    }
    sorted[at] = value;
  }
  return n == 0 ? 0 : sorted[n / 2];
}

/* Samples of all kernels in turn, each placement on fresh mappings. With more than one kernel each
 * sample is preceded by one call that brings the operands back, so that all samples are hot. */
static void time_kernels(struct trial *trial) {
  u64 random = trial->seed;
  protect(HUGE_PAGES, 0);
  report->run = RUN_TIMED;
  report->fill = 0;
  for (u64 p = 0; p < trial->placements; p++) {
    u64 watched_before = watched_count;
    for (u64 k = 0; k < trial->kernel_count; k++) {
      struct kernel *kernel = &trial->kernel[k];
      report->kernel = k;
      map_placement(kernel, &random);
      if (kernel->calls == 0) {
        time_calls(kernel, 1);
        kernel->calls = calibrate(kernel, trial->sample_nanos);
      }
      time_calls(kernel, 1);
    }
    for (u64 s = 0; s < trial->samples; s++) {
      for (u64 turn = 0; turn < trial->kernel_count; turn++) {
        u64 k = (turn + s) % trial->kernel_count;
        report->kernel = k;
        if (trial->kernel_count > 1) {
          time_calls(&trial->kernel[k], 1);
        }
        take_sample(&trial->kernel[k], k, p);
      }
    }
    for (u64 k = 0; k < trial->kernel_count; k++) {
      struct kernel *kernel = &trial->kernel[k];
      struct layout *layout = kernel->layout;
      report->kernel = k;
      check_unchanged(REGION_ACT, kernel->placement.act, layout->act[0], layout->act_bytes);
      check_unchanged(REGION_WGT, kernel->placement.wgt, layout->wgt[0], layout->wgt_bytes);
      if (kernel->proved) {
        check_output(kernel, 0, kernel->placement.out);
      }
      SYS2(munmap, kernel->placement.map, kernel->placement.map_bytes);
    }
    watched_count = watched_before;
    if (trial->kernel_count == 1 && trial->stop_nanos > 0 &&
        median_of_last(trial->samples) > trial->stop_nanos) {
      break;
    }
  }
}

/* ---- Bodies of children ---- */

/* Written as data, then made executable; never both. */
static u8 *map_code(const u8 *bytes, u64 size, u64 *map_bytes) {
  *map_bytes = round_up(size, page_bytes);
  u8 *code = map_memory(*map_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE);
  if (!code) {
    return NULL;
  }
  memcpy(code, bytes, size);
  sync_instructions(code, size);
  if (SYS3(mprotect, code, *map_bytes, PROT_READ | PROT_EXEC) < 0) {
    SYS2(munmap, code, *map_bytes);
    return NULL;
  }
  return code;
}

/* Packs the parameters of requantizing behind the packed weights. */
static void pack_table(struct layout *layout, u64 fill, struct arena *table, u8 *wgt) {
  const u8 *plain = layout->problem->table[fill];
  memcpy(table->at, plain, table->bytes);
  call(layout->pack_quant, table->at, wgt, NULL, 0, 1);
  check_canaries(table);
  check_unchanged(REGION_TABLE, table->at, plain, table->bytes);
}

/* Packs every fill from guarded buffers into guarded buffers, then into the layout's shared
 * copies. The bytes before packing are garbage, so that a kernel which reads what packing did not
 * write shows. */
static void pack_body(struct layout *layout, u64 cpu, u64 memory_bytes) {
  struct problem *problem = layout->problem;
  struct arena plain_act[2], plain_wgt[2], table[2];
  struct buffers packed[2];
  report->phase = PHASE_SETUP;
  start_team(1, &cpu, 1);
  for (enum side side = LEFT; side <= RIGHT; side++) {
    guard(&plain_act[side], REGION_PLAIN_ACT, problem->act_bytes, side);
    guard(&plain_wgt[side], REGION_PLAIN_WGT, problem->wgt_bytes, side);
    guard(&table[side], REGION_TABLE, problem->table_bytes, side);
    map_buffers(&packed[side], layout, side);
  }
  close_sandbox(memory_bytes);
  report->phase = PHASE_PACK;
  for (u64 fill = 0; fill < problem->fills; fill++) {
    enum side side = fill % 2 == 0 ? LEFT : RIGHT;
    struct arena *act = &plain_act[side], *wgt = &plain_wgt[side];
    struct buffers *to = &packed[side];
    report->fill = fill;
    report->run = side == LEFT ? RUN_LEFT : RUN_RIGHT;
    memcpy(act->at, problem->act[fill], act->bytes);
    memcpy(wgt->at, problem->wgt[fill], wgt->bytes);
    memset(to->act.at, side == LEFT ? POISON_LEFT : POISON_RIGHT, layout->act_bytes);
    memset(to->wgt.at, side == LEFT ? POISON_LEFT : POISON_RIGHT, layout->wgt_bytes);
    call(layout->pack_act, act->at, to->act.at, NULL, 0, 1);
    call(layout->pack_wgt, wgt->at, to->wgt.at, NULL, 0, 1);
    if (problem->table_bytes > 0) {
      pack_table(layout, fill, &table[side], to->wgt.at);
    }
    struct arena *all[] = {act, wgt, &to->act, &to->wgt};
    for (int i = 0; i < 4; i++) {
      check_canaries(all[i]);
    }
    check_unchanged(REGION_PLAIN_ACT, act->at, problem->act[fill], act->bytes);
    check_unchanged(REGION_PLAIN_WGT, wgt->at, problem->wgt[fill], wgt->bytes);
    memcpy(layout->act[fill], to->act.at, layout->act_bytes);
    memcpy(layout->wgt[fill], to->wgt.at, layout->wgt_bytes);
  }
  finish(OUTCOME_DONE);
}

static void measure_body(struct trial *trial, u64 memory_bytes) {
  report->phase = PHASE_SETUP;
  start_team(trial->threads, trial->cpu, trial->cpu_count);
  guard(&plain_out, REGION_PLAIN_OUT, trial->problem->out_bytes, RIGHT);
  for (u64 k = 0; k < trial->kernel_count; k++) {
    struct kernel *kernel = &trial->kernel[k];
    u64 unused;
    u8 *code = map_code(kernel->code_bytes, kernel->code_size, &unused);
    kernel->proved_fill = ~0ul;
    kernel->proved = map_memory(kernel->layout->out_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    if (!code || !kernel->proved) {
      finish(OUTCOME_NO_MEMORY);
    }
    kernel->entry = code + kernel->entry_offset;
  }
  close_sandbox(memory_bytes);
  report->phase = PHASE_CHECK;
  for (u64 k = 0; k < trial->kernel_count; k++) {
    report->kernel = k;
    check_kernel(trial, &trial->kernel[k]);
  }
  if (trial->flags & MEASURE_TIME) {
    report->phase = PHASE_TIME;
    time_kernels(trial);
  }
  finish(OUTCOME_DONE);
}

/* A loop of a leaf operation alone: nothing to check, its operands are scratch. */
static void loop_body(struct trial *trial, u64 memory_bytes) {
  struct kernel *loop = &trial->kernel[0];
  struct placement *scratch = &loop->placement;
  u64 unused;
  report->phase = PHASE_SETUP;
  start_team(trial->threads, trial->cpu, trial->cpu_count);
  u8 *code = map_code(loop->code_bytes, loop->code_size, &unused);
  if (!code) {
    finish(OUTCOME_NO_MEMORY);
  }
  loop->entry = code + loop->entry_offset;
  protect(HUGE_PAGES, 0);
  scratch->act = map_fresh(scratch, 3 * LOOP_BUFFER_BYTES);
  scratch->wgt = scratch->act + LOOP_BUFFER_BYTES;
  scratch->out = scratch->wgt + LOOP_BUFFER_BYTES;
  close_sandbox(memory_bytes);
  report->phase = PHASE_TIME;
  time_calls(loop, 1);
  loop->calls = calibrate(loop, trial->sample_nanos);
  for (u64 s = 0; s < trial->samples; s++) {
    take_sample(loop, 0, 0);
  }
  finish(OUTCOME_DONE);
}

/* Nothing runs: what a child is left with is all that is asked for. */
static void sandbox_body(struct trial *trial, u64 memory_bytes) {
  report->phase = PHASE_SETUP;
  start_team(1, trial->cpu, trial->cpu_count);
  close_sandbox(memory_bytes);
  finish(OUTCOME_DONE);
}

#endif
