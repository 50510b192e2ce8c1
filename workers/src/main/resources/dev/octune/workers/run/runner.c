/* Octune's native runner: a fork server that checks and times kernels.
 *
 * It reads requests from standard input and writes one reply each to standard output (protocol.h),
 * so that a pipe, an emulator or a remote shell connects it. The server holds operands, answers and
 * packed operands; each measurement runs in a fresh child (trial.h) that may crash, hang or lie in
 * its own memory only. Freestanding: no C library, one static executable per architecture. The
 * server gives up its network and its capabilities first (isolation.h), ends when its input ends,
 * and a child ends with its server.
 *
 * usage: runner [--user UID:GID]
 *        runner --confine PID CPU...    lets a process run on these CPUs only, runs no kernel */
#include "trial.h"

static struct problem problems[MAX_PROBLEMS];
static struct layout layouts[MAX_LAYOUTS];
static struct trial trial;
static u64 held_bytes;

/* ---- What the server holds ---- */

static struct problem *find_problem(u64 id) {
  for (u64 i = 0; i < MAX_PROBLEMS; i++) {
    if (problems[i].used && problems[i].id == id) {
      return &problems[i];
    }
  }
  return NULL;
}

static struct layout *find_layout(u64 id) {
  for (u64 i = 0; i < MAX_LAYOUTS; i++) {
    if (layouts[i].used && layouts[i].id == id) {
      return &layouts[i];
    }
  }
  return NULL;
}

/* Maps what children share, and counts it. NULL where there is no memory. */
static u8 *hold(u64 bytes, u64 *map_bytes) {
  *map_bytes = round_up(bytes, page_bytes);
  u8 *map = map_memory(*map_bytes, PROT_READ | PROT_WRITE, MAP_SHARED);
  held_bytes += map ? *map_bytes : 0;
  return map;
}

static void let_go(u8 **map, u64 map_bytes) {
  if (*map) {
    held_bytes -= map_bytes;
    SYS2(munmap, *map, map_bytes);
    *map = NULL;
  }
}

/* A piece of a mapping; `at` moves behind it. */
static u8 *take(u8 **at, u64 bytes) {
  u8 *piece = *at;
  *at += round_up(bytes, BUFFER_ALIGNMENT);
  return piece;
}

static void drop_layout(struct layout *layout) {
  let_go(&layout->map, layout->map_bytes);
  if (layout->code) {
    SYS2(munmap, layout->code, layout->code_map_bytes);
    layout->code = NULL;
  }
  layout->used = 0;
}

static void drop_problem(struct problem *problem) {
  for (u64 i = 0; i < MAX_LAYOUTS; i++) {
    if (layouts[i].used && layouts[i].problem == problem) {
      drop_layout(&layouts[i]);
    }
  }
  let_go(&problem->map, problem->map_bytes);
  problem->used = 0;
}

static int is_size(u64 bytes) { return bytes >= 1 && bytes <= MAX_BUFFER_BYTES; }

static void on_problem(struct reader *in) {
  u64 id = read_word(in), seed = read_word(in);
  u64 acts = read_word(in);
  s64 act_min = (s64)read_word(in), act_max = (s64)read_word(in);
  u64 wgts = read_word(in);
  s64 wgt_min = (s64)read_word(in), wgt_max = (s64)read_word(in);
  u64 outs = read_word(in), kind = read_word(in), table_bytes = read_word(in);
  u64 fills = read_word(in);
  if (in->torn || fills < 1 || fills > MAX_FILLS || find_problem(id) || !is_size(acts) ||
      !is_size(wgts) || !is_size(outs) || kind > OUT_S32 || table_bytes > MAX_PAYLOAD_BYTES) {
    reply_error("problem: torn, known already, or its fills or sizes are out of range");
    return;
  }
  struct problem *problem = problems;
  while (problem < problems + MAX_PROBLEMS && problem->used) {
    problem++;
  }
  if (problem == problems + MAX_PROBLEMS) {
    reply_error("problem: all 64 places are taken, drop one first");
    return;
  }
  memset(problem, 0, sizeof *problem);
  problem->id = id;
  problem->used = 1;
  problem->fills = fills;
  problem->act_bytes = acts;
  problem->wgt_bytes = wgts;
  problem->out_kind = (enum out_kind)kind;
  problem->out_bytes = kind == OUT_S32 ? outs * 4 : outs;
  problem->table_bytes = table_bytes;
  u64 fill_bytes = round_up(acts, BUFFER_ALIGNMENT) + round_up(wgts, BUFFER_ALIGNMENT) +
                   round_up(problem->out_bytes, BUFFER_ALIGNMENT) +
                   round_up(table_bytes, BUFFER_ALIGNMENT);
  problem->map = hold(fills * fill_bytes, &problem->map_bytes);
  if (!problem->map) {
    drop_problem(problem);
    reply_error("problem: no memory for operands and answers");
    return;
  }
  u8 *at = problem->map;
  for (u64 fill = 0; fill < fills; fill++) {
    u64 act_pattern = read_word(in), wgt_pattern = read_word(in);
    problem->act[fill] = take(&at, acts);
    problem->wgt[fill] = take(&at, wgts);
    problem->out[fill] = take(&at, problem->out_bytes);
    problem->table[fill] = take(&at, table_bytes);
    fill_operand(problem->act[fill], acts, act_pattern, seed, ACT_STREAM, act_min, act_max);
    fill_operand(problem->wgt[fill], wgts, wgt_pattern, seed, WGT_STREAM, wgt_min, wgt_max);
  }
  SYS3(mprotect, problem->map, problem->map_bytes, PROT_READ);
  reply_words(NULL, 0);
}

static void on_answer(struct reader *in) {
  struct problem *problem = find_problem(read_word(in));
  u64 fill = read_word(in), offset = read_word(in), bytes = (u64)(in->end - in->at);
  if (in->torn || !problem || fill >= problem->fills || offset > problem->out_bytes ||
      bytes > problem->out_bytes - offset) {
    reply_error("answer: no such problem, fill or place");
    return;
  }
  SYS3(mprotect, problem->map, problem->map_bytes, PROT_READ | PROT_WRITE);
  memcpy(problem->out[fill] + offset, in->at, bytes);
  SYS3(mprotect, problem->map, problem->map_bytes, PROT_READ);
  reply_words(NULL, 0);
}

/* The weights of a problem become these in every fill, until its first layout packs them. */
static void on_weights(struct reader *in) {
  struct problem *problem = find_problem(read_word(in));
  u64 offset = read_word(in), bytes = (u64)(in->end - in->at);
  if (in->torn || !problem || offset > problem->wgt_bytes || bytes > problem->wgt_bytes - offset) {
    reply_error("weights: no such problem or place");
    return;
  }
  SYS3(mprotect, problem->map, problem->map_bytes, PROT_READ | PROT_WRITE);
  for (u64 fill = 0; fill < problem->fills; fill++) {
    memcpy(problem->wgt[fill] + offset, in->at, bytes);
  }
  SYS3(mprotect, problem->map, problem->map_bytes, PROT_READ);
  reply_words(NULL, 0);
}

static void on_table(struct reader *in) {
  struct problem *problem = find_problem(read_word(in));
  u64 fill = read_word(in), bytes = (u64)(in->end - in->at);
  if (in->torn || !problem || fill >= problem->fills || bytes != problem->table_bytes) {
    reply_error("table: no such problem or fill, or of another size");
    return;
  }
  SYS3(mprotect, problem->map, problem->map_bytes, PROT_READ | PROT_WRITE);
  memcpy(problem->table[fill], in->at, bytes);
  SYS3(mprotect, problem->map, problem->map_bytes, PROT_READ);
  reply_words(NULL, 0);
}

static void on_operand(struct reader *in) {
  struct problem *problem = find_problem(read_word(in));
  u64 fill = read_word(in), which = read_word(in);
  if (in->torn || !problem || fill >= problem->fills || which > 1) {
    reply_error("operand: no such problem or fill");
    return;
  }
  u64 bytes = which == 0 ? problem->act_bytes : problem->wgt_bytes;
  if (bytes > MAX_PAYLOAD_BYTES) {
    reply_error("operand: too large for a frame");
    return;
  }
  reply(REPLY_OK, which == 0 ? problem->act[fill] : problem->wgt[fill], bytes);
}

/* ---- Children ---- */

static u64 limit_nanos;
static s64 server_pid;

/* Waits until the child is gone, or its time is up, or nobody listens any more. */
static int wait_for_end(s32 lifeline) {
  struct { s32 descriptor; u16 events, happened; } wait[2] = {{lifeline, 0, 0}, {0, 0, 0}};
  u64 deadline = now_nanos() + limit_nanos;
  for (;;) {
    u64 now = now_nanos();
    if (now >= deadline) {
      return 0;
    }
    struct timespec left = {(s64)((deadline - now) / 1000000000u),
                            (s64)((deadline - now) % 1000000000u)};
    s64 ready = SYS5(ppoll, wait, 2, &left, NULL, 8);
    if (wait[0].happened) {
      return 1;
    }
    if (ready > 0 && wait[1].happened) {
      return 0;
    }
    if (ready < 0 && ready != -EINTR) {
      return 0;
    }
  }
}

/* Forks, lets the child do `body`, and replies with its report. The child's end shows as the
 * closing of a pipe that only the child holds. Returns the outcome. */
static enum outcome in_child(void (*body)(u64), u64 limit, u64 cpu_count) {
  s32 lifeline[2];
  memset(report, 0, sizeof *report - sizeof report->sample);
  report->outcome = OUTCOME_EXITED;
  report->sandbox = isolation;
  limit_nanos = limit;
  if (SYS2(pipe2, lifeline, 0) < 0) {
    report->outcome = OUTCOME_NO_MEMORY;
    return OUTCOME_NO_MEMORY;
  }
  s64 child = SYS5(clone, SIGCHLD, 0, 0, 0, 0);
  if (child == 0) {
    SYS1(close, lifeline[0]);
    enter_child(server_pid, limit / 1000000000u * (cpu_count + 1) + 2);
    catch_faults();
    body(0);
    SYS1(exit_group, 1);
  }
  SYS1(close, lifeline[1]);
  if (child < 0) {
    report->outcome = OUTCOME_NO_MEMORY;
  } else {
    int ended = wait_for_end(lifeline[0]);
    s32 status = 0;
    if (!ended) {
      SYS2(kill, child, SIGKILL);
    }
    while (SYS4(wait4, child, &status, 0, NULL) == -EINTR) {
    }
    report->exit_status = (u64)status;
    if (!ended || (status & 127) == SIGXCPU) {
      report->outcome = OUTCOME_TIMED_OUT;
    } else if (report->outcome == OUTCOME_EXITED && (status & 127) != 0) {
      report->signal = (u64)(status & 127);
      report->outcome = OUTCOME_CRASHED;
      report->access = ACCESS_UNKNOWN;
    }
  }
  SYS1(close, lifeline[0]);
  return (enum outcome)report->outcome;
}

static void reply_report(void) {
  u64 samples = report->samples <= MAX_SAMPLES ? report->samples : 0;
  reply(REPLY_REPORT, report,
        sizeof *report - sizeof report->sample + samples * sizeof(struct sample));
}

/* Address space a child may grow to: what it inherits, its buffers on both sides, its placements,
 * and room for stacks. */
static u64 memory_limit(u64 buffer_bytes) {
  enum { ROOM = 256 << 20 };
  return held_bytes + 6 * buffer_bytes + MAX_PAYLOAD_BYTES + ROOM;
}

static struct layout *packing;
static u64 packing_cpu;

static void pack_in_child(u64 unused) {
  (void)unused;
  struct problem *problem = packing->problem;
  pack_body(packing, packing_cpu,
            memory_limit(packing->act_bytes + packing->wgt_bytes + packing->out_bytes +
                         problem->act_bytes + problem->wgt_bytes + problem->table_bytes));
}

static void measure_in_child(u64 unused) {
  (void)unused;
  u64 bytes = trial.problem->out_bytes;
  for (u64 k = 0; k < trial.kernel_count; k++) {
    struct layout *layout = trial.kernel[k].layout;
    bytes += layout->act_bytes + layout->wgt_bytes + layout->out_bytes + 2 * HUGE_PAGE_BYTES;
  }
  measure_body(&trial, memory_limit(bytes + trial.threads * (1 << 20)));
}

static void loop_in_child(u64 unused) {
  (void)unused;
  loop_body(&trial, memory_limit(trial.threads * (1 << 20)));
}

static void sandbox_in_child(u64 unused) {
  (void)unused;
  sandbox_body(&trial, memory_limit(0));
}

static void on_layout(struct reader *in) {
  u64 id = read_word(in);
  struct problem *problem = find_problem(read_word(in));
  u64 act_bytes = read_word(in), wgt_bytes = read_word(in), out_bytes = read_word(in);
  u64 pack_act = read_word(in), pack_wgt = read_word(in), pack_quant = read_word(in);
  u64 unpack_out = read_word(in);
  u64 limit = read_word(in), cpu = read_word(in), code_bytes = (u64)(in->end - in->at);
  if (in->torn || !problem || find_layout(id) || code_bytes == 0 || code_bytes > MAX_CODE_BYTES ||
      pack_act >= code_bytes || pack_wgt >= code_bytes || unpack_out >= code_bytes ||
      (problem->table_bytes > 0 && pack_quant >= code_bytes) ||
      !is_size(act_bytes) || !is_size(wgt_bytes) || !is_size(out_bytes)) {
    reply_error("layout: no such problem, known already, or its code is not one");
    return;
  }
  struct layout *layout = layouts;
  while (layout < layouts + MAX_LAYOUTS && layout->used) {
    layout++;
  }
  if (layout == layouts + MAX_LAYOUTS) {
    reply_error("layout: all 256 places are taken, drop one first");
    return;
  }
  memset(layout, 0, sizeof *layout);
  *layout = (struct layout){.id = id, .used = 1, .problem = problem, .act_bytes = act_bytes,
                            .wgt_bytes = wgt_bytes, .out_bytes = out_bytes};
  layout->code = map_code(in->at, code_bytes, &layout->code_map_bytes);
  u64 fill_bytes = round_up(act_bytes, BUFFER_ALIGNMENT) + round_up(wgt_bytes, BUFFER_ALIGNMENT);
  layout->map = hold(problem->fills * fill_bytes, &layout->map_bytes);
  if (!layout->code || !layout->map) {
    drop_layout(layout);
    reply_error("layout: no memory for packed operands");
    return;
  }
  u8 *at = layout->map;
  for (u64 fill = 0; fill < problem->fills; fill++) {
    layout->act[fill] = take(&at, act_bytes);
    layout->wgt[fill] = take(&at, wgt_bytes);
  }
  layout->pack_act = layout->code + pack_act;
  layout->pack_wgt = layout->code + pack_wgt;
  layout->pack_quant = layout->code + pack_quant;
  layout->unpack_out = layout->code + unpack_out;
  packing = layout;
  packing_cpu = cpu;
  enum outcome outcome = in_child(pack_in_child, limit, 1);
  SYS3(mprotect, layout->map, layout->map_bytes, PROT_READ);
  reply_report();
  if (outcome != OUTCOME_DONE) {
    drop_layout(layout);
  }
}

static int read_cpus(struct reader *in) {
  trial.cpu_count = read_word(in);
  if (in->torn || trial.cpu_count > MAX_THREADS) {
    return 0;
  }
  for (u64 i = 0; i < trial.cpu_count; i++) {
    trial.cpu[i] = read_word(in);
  }
  return !in->torn;
}

/* The server itself works where it measures, which is where nothing is built meanwhile. */
static void stay_on_cpus(void) {
  if (trial.cpu_count > 0) {
    pin_to(0, trial.cpu, trial.cpu_count);
  }
}

static void on_measure(struct reader *in) {
  memset(&trial, 0, sizeof trial);
  trial.problem = find_problem(read_word(in));
  trial.flags = read_word(in);
  trial.threads = read_word(in);
  trial.other_parts = read_word(in);
  u64 limit = read_word(in);
  trial.seed = read_word(in);
  trial.placements = read_word(in);
  trial.samples = read_word(in);
  trial.sample_nanos = read_word(in);
  trial.stop_nanos = read_word(in);
  int sound = read_cpus(in);
  trial.kernel_count = read_word(in);
  sound = sound && trial.problem && trial.threads >= 1 && trial.threads <= MAX_THREADS &&
          trial.other_parts >= 1 && trial.other_parts <= 4 * MAX_THREADS &&
          trial.kernel_count >= 1 && trial.kernel_count <= MAX_KERNELS;
  for (u64 k = 0; sound && k < trial.kernel_count; k++) {
    struct kernel *kernel = &trial.kernel[k];
    kernel->layout = find_layout(read_word(in));
    kernel->entry_offset = read_word(in);
    kernel->code_size = read_word(in);
    sound = kernel->layout && kernel->layout->problem == trial.problem &&
            kernel->code_size <= MAX_CODE_BYTES && kernel->entry_offset < kernel->code_size;
  }
  for (u64 k = 0; sound && k < trial.kernel_count; k++) {
    trial.kernel[k].code_bytes = read_bytes(in, trial.kernel[k].code_size);
  }
  if (!sound || in->torn) {
    reply_error("measure: no such problem or layout, or its numbers are out of range");
    return;
  }
  stay_on_cpus();
  in_child(measure_in_child, limit, trial.threads);
  reply_report();
}

static void on_loop(struct reader *in) {
  memset(&trial, 0, sizeof trial);
  struct kernel *loop = &trial.kernel[0];
  loop->entry_offset = read_word(in);
  u64 limit = read_word(in);
  trial.threads = read_word(in);
  trial.samples = read_word(in);
  trial.sample_nanos = read_word(in);
  int sound = read_cpus(in) && trial.threads >= 1 && trial.threads <= MAX_THREADS;
  loop->code_size = (u64)(in->end - in->at);
  loop->code_bytes = in->at;
  if (!sound || loop->entry_offset >= loop->code_size || loop->code_size > MAX_CODE_BYTES) {
    reply_error("loop: torn, or its code is not one");
    return;
  }
  stay_on_cpus();
  in_child(loop_in_child, limit, trial.threads);
  reply_report();
}

static void on_sandbox(struct reader *in) {
  memset(&trial, 0, sizeof trial);
  u64 limit = read_word(in);
  if (!read_cpus(in)) {
    reply_error("sandbox: torn");
    return;
  }
  stay_on_cpus();
  in_child(sandbox_in_child, limit, 1);
  reply_report();
}

/* ---- Confining ---- */

/* Lets every thread of a process run on these CPUs only; the number of threads, or a negative
 * errno. Repeats while threads still appear: one started by a thread not yet confined is free. */
static s64 confine(u64 pid, const u64 *cpus, u64 cpu_count) {
  enum { ROUNDS = 3, O_DIRECTORY_READ = 0, AT_FDCWD = -100 };
  char path[40] = "/proc/", digits[20];
  u64 length = 6, n = 0;
  s64 threads = 0;
  do {
    digits[n++] = (char)('0' + pid % 10);
    pid /= 10;
  } while (pid > 0);
  while (n > 0) {
    path[length++] = digits[--n];
  }
  memcpy(path + length, "/task", 6);
  for (int round = 0; round < ROUNDS; round++) {
    static u8 entries[16 << 10];
    s64 directory = SYS4(openat, AT_FDCWD, path, O_DIRECTORY_READ, 0);
    if (directory < 0) {
      return directory;
    }
    threads = 0;
    for (s64 got; (got = SYS3(getdents64, directory, entries, sizeof entries)) > 0;) {
      /* inode, offset, u16 length of this entry, type, name */
      for (s64 at = 0; at < got; at += *(u16 *)(entries + at + 16)) {
        const u8 *name = entries + at + 19;
        s64 thread = 0;
        for (; *name >= '0' && *name <= '9'; name++) {
          thread = thread * 10 + (*name - '0');
        }
        threads += thread > 0 && pin_to(thread, cpus, cpu_count) >= 0;
      }
    }
    SYS1(close, directory);
  }
  return threads;
}

/* Runs no kernel, so it keeps its rights: Linux lets nobody with fewer than the other's do this. */
static void confine_and_exit(const char **numbers, u64 count) {
  u64 pid = read_number(&numbers[0], 0), cpu_count = 0;
  for (u64 i = 1; i < count && cpu_count < MAX_THREADS; i++) {
    trial.cpu[cpu_count++] = read_number(&numbers[i], 0);
  }
  SYS1(exit_group, confine(pid, trial.cpu, cpu_count) > 0 ? 0 : 1);
}

/* ---- The server ---- */

static void serve(u64 type, struct reader *in) {
  switch (type) {
    case REQUEST_HELLO: {
      u64 words[3] = {PROTOCOL_VERSION, ARCH_CODE, page_bytes};
      reply_words(words, 3);
      break;
    }
    case REQUEST_PROBLEM: on_problem(in); break;
    case REQUEST_ANSWER: on_answer(in); break;
    case REQUEST_OPERAND: on_operand(in); break;
    case REQUEST_WEIGHTS: on_weights(in); break;
    case REQUEST_TABLE: on_table(in); break;
    case REQUEST_LAYOUT: on_layout(in); break;
    case REQUEST_MEASURE: on_measure(in); break;
    case REQUEST_LOOP: on_loop(in); break;
    case REQUEST_SANDBOX: on_sandbox(in); break;
    case REQUEST_HELD: reply_words(&held_bytes, 1); break;
    case REQUEST_DROP_PROBLEM: {
      struct problem *problem = find_problem(read_word(in));
      if (problem) {
        drop_problem(problem);
      }
      reply_words(NULL, 0);
      break;
    }
    case REQUEST_DROP_LAYOUT: {
      struct layout *layout = find_layout(read_word(in));
      if (layout) {
        drop_layout(layout);
      }
      reply_words(NULL, 0);
      break;
    }
    default: reply_error("no such request");
  }
}

/* The kernel passes the page size behind arguments and environment. */
static void read_page_bytes(const u64 *stack) {
  enum { AT_NULL = 0, AT_PAGESZ = 6 };
  const u64 *at = stack + 1 + stack[0] + 1;
  while (*at++) {
  }
  for (; at[0] != AT_NULL; at += 2) {
    if (at[0] == AT_PAGESZ) {
      page_bytes = at[1];
    }
  }
}

/* Linux gives AMX's tiles to processes that asked; children inherit them. Where processor or kernel
 * have none the answer is an error, and code that uses tiles dies of SIGILL like any other that the
 * machine cannot run. */
static void ask_for_tiles(void) {
#if defined(__x86_64__)
  enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
  SYS2(arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA);
#endif
}

static int is_word(const char *argument, const char *word) {
  while (*word && *argument == *word) {
    argument++;
    word++;
  }
  return *argument == *word;
}

/* Returns where this process is a server: the value behind --user, or NULL. */
static const char *read_arguments(u64 count, const char **arguments) {
  enum { CONFINE_MIN = 4, WITH_USER = 3 };
  if (count >= CONFINE_MIN && is_word(arguments[1], "--confine")) {
    confine_and_exit(arguments + 2, count - 2);
  }
  if (count == WITH_USER && is_word(arguments[1], "--user")) {
    return arguments[2];
  }
  if (count > 1) {
    refuse_to_start("the runner wants --user UID:GID, --confine PID CPU..., or nothing\n");
  }
  return NULL;
}

void runner_main(u64 *stack) {
  read_page_bytes(stack);
  ask_for_tiles();
  isolate(read_arguments(stack[0], (const char **)(stack + 1)));
  server_pid = SYS0(getpid);
  report = (struct report *)map_memory(sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED);
  /* Shared, so that a fork does not copy its page table. */
  u8 *payload =
      map_memory(MAX_PAYLOAD_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE);
  u8 header[8];
  while (report && payload && read_exactly(header, sizeof header)) {
    u64 bytes = (u64)header[0] | (u64)header[1] << 8 | (u64)header[2] << 16 | (u64)header[3] << 24;
    if (header[5] | header[6] | header[7] || bytes > MAX_PAYLOAD_BYTES) {
      break;
    }
    if (!read_exactly(payload, bytes)) {
      break;
    }
    struct reader in = {payload, payload + bytes, 0};
    serve(header[4], &in);
  }
  SYS1(exit_group, 0);
  __builtin_unreachable();
}
