/* The messages between the worker and the runner. dev.octune.workers.run.Wire is the other side.
 *
 * A frame is dev.octune.rpc.frame's: u32 payload bytes, u8 type, three zero bytes, payload; all
 * little-endian. A payload is a row of u64 words, then raw bytes where the message has some. Every
 * request has exactly one reply, of type REPLY_OK, REPLY_REPORT or REPLY_ERROR (text). */
#ifndef OCTUNE_PROTOCOL_H
#define OCTUNE_PROTOCOL_H

#include "system.h"

enum {
  PROTOCOL_VERSION = 4,

  /* Frames carry answers in chunks, so only machine code and limits decide this size. */
  MAX_PAYLOAD_BYTES = 8 << 20,
  MAX_FILLS = 16,
  MAX_PROBLEMS = 64,
  MAX_LAYOUTS = 256,
  MAX_KERNELS = 16,
  MAX_THREADS = 256,
  MAX_SAMPLES = 4096,
  MAX_CODE_BYTES = 4 << 20,
  LOOP_BUFFER_BYTES = 64 << 10
};

/* A packed tensor of a workload at the limit of elements, padded generously; products with the
 * number of fills stay far below 2^64. */
#define MAX_BUFFER_BYTES (1ul << 36)

enum request {
  /* version -> OK: version, architecture, page bytes */
  REQUEST_HELLO = 1,
  /* problem, seed, act elements, min, max, wgt elements, min, max, out elements, out kind, table
   * bytes, fills n, n x (act pattern, wgt pattern) -> OK */
  REQUEST_PROBLEM = 2,
  /* problem, fill, byte offset, bytes of the expected outputs -> OK */
  REQUEST_ANSWER = 3,
  /* problem: forgets it and its layouts -> OK */
  REQUEST_DROP_PROBLEM = 4,
  /* layout, problem, act bytes, wgt bytes, out bytes, entries of pack_act, pack_wgt, pack_quant (not
   * used where the problem has no table), unpack_out, limit nanos, cpu, code -> REPORT */
  REQUEST_LAYOUT = 5,
  /* layout -> OK */
  REQUEST_DROP_LAYOUT = 6,
  /* problem, flags, threads, other parts, limit nanos, seed, placements, samples, sample nanos,
   * stop above nanos (0: never), cpus n, n x cpu, kernels k, k x (layout, entry, code bytes),
   * the codes one behind the other -> REPORT */
  REQUEST_MEASURE = 7,
  /* entry, limit nanos, threads, samples, sample nanos, cpus n, n x cpu, code -> REPORT: times a
   * loop that keeps to registers and three scratch buffers, each thread the whole of it */
  REQUEST_LOOP = 8,
  /* problem, fill, 0 act | 1 wgt -> OK and the plain operand's bytes */
  REQUEST_OPERAND = 10,
  /* problem, layout: which are held -> OK: bytes held */
  REQUEST_HELD = 11,
  /* problem, byte offset, plain weights: every fill has these instead of its own -> OK */
  REQUEST_WEIGHTS = 12,
  /* problem, fill, the table: azp, out zero, lo, hi, biases, multipliers, shifts, s32 each -> OK */
  REQUEST_TABLE = 13,
  /* limit nanos, cpus n, n x cpu -> REPORT of a child that takes the sandbox on and runs nothing */
  REQUEST_SANDBOX = 14
};

enum reply { REPLY_OK = 100, REPLY_REPORT = 101, REPLY_ERROR = 102 };

/* What an output is: 1, 1 and 4 bytes. */
enum out_kind { OUT_U8 = 0, OUT_S8 = 1, OUT_S32 = 2 };

/* Flags of REQUEST_MEASURE. */
enum { MEASURE_CHECK = 1, MEASURE_TIME = 2 };

enum outcome {
  OUTCOME_DONE = 0,
  OUTCOME_WRONG = 1,
  OUTCOME_CRASHED = 2,
  OUTCOME_TIMED_OUT = 3,
  OUTCOME_EXITED = 4,
  OUTCOME_NO_MEMORY = 5
};

enum phase { PHASE_SETUP = 0, PHASE_PACK = 1, PHASE_CHECK = 2, PHASE_TIME = 3 };

/* How the buffers lay and in what parts the kernel ran when something was found. */
enum run {
  RUN_LEFT = 0,        /* buffers begin at a guard page */
  RUN_RIGHT = 1,       /* buffers end at a guard page */
  RUN_TIMED = 2,       /* the last of the timed calls */
  RUN_OTHER_PARTS = 3, /* another number of parts, one after the other */
  RUN_OTHER_PARTS_REVERSED = 4
};

enum wrong {
  WRONG_NONE = 0,
  WRONG_ELEMENT = 1,  /* an output element */
  WRONG_INPUT = 2,    /* a byte of an input changed */
  WRONG_OUTSIDE = 3   /* a byte between a buffer and its guard page changed */
};

enum region {
  REGION_NONE = 0, REGION_ACT = 1, REGION_WGT = 2, REGION_OUT = 3, REGION_PLAIN_ACT = 4,
  REGION_PLAIN_WGT = 5, REGION_PLAIN_OUT = 6, REGION_STACK = 7, REGION_TABLE = 8
};

/* What keeps a kernel from doing harm, and its times from being random. */
enum protection {
  NO_NEW_PRIVS = 0, SECCOMP = 1, LIMITS = 2, DIES_WITH_PARENT = 3, PINNED = 4, HUGE_PAGES = 5,
  NO_NETWORK = 6, OTHER_USER = 7, NO_CAPABILITIES = 8, PROTECTIONS = 9
};

/* What was in force while the kernel ran: bit p for protection p. Where Linux refused one, why: its
 * errno; 0 where it was not asked for, or granted without effect. */
struct sandbox {
  u64 in_force, refusal[PROTECTIONS];
};

enum access { ACCESS_READ = 0, ACCESS_WRITE = 1, ACCESS_UNKNOWN = 2 };

struct sample {
  u64 kernel, placement, nanos, calls, preempted;
};

/* What a child found, in memory it shares with the server; sent as the words it is. */
struct report {
  u64 outcome;
  struct sandbox sandbox;
  u64 phase, kernel, fill, run;
  u64 wrong, region, count;       /* count: wrong elements, or changed bytes */
  s64 index, expected, got;       /* index: element, or byte from the region's start */
  u64 signal, access, address;    /* address: of the fault; for SIGSYS the call's number */
  u64 region_bytes, exit_status;
  u64 samples;
  struct sample sample[MAX_SAMPLES];
};

/* A request's payload, read from the front. */
struct reader {
  const u8 *at, *end;
  int torn;
};

static u64 read_word(struct reader *in) {
  if (in->end - in->at < 8) {
    in->torn = 1;
    return 0;
  }
  u64 word = 0;
  for (int i = 7; i >= 0; i--) {
    word = word << 8 | in->at[i];
  }
  in->at += 8;
  return word;
}

static const u8 *read_bytes(struct reader *in, u64 bytes) {
  if ((u64)(in->end - in->at) < bytes) {
    in->torn = 1;
    return NULL;
  }
  const u8 *at = in->at;
  in->at += bytes;
  return at;
}

/* 1 when all bytes came, 0 at the end of the stream. */
static int read_exactly(u8 *to, u64 bytes) {
  while (bytes > 0) {
    s64 got = SYS3(read, 0, to, bytes);
    if (got == -EINTR) {
      continue;
    }
    if (got <= 0) {
      return 0;
    }
    to += got;
    bytes -= (u64)got;
  }
  return 1;
}

static void write_exactly(const u8 *from, u64 bytes) {
  while (bytes > 0) {
    s64 put = SYS3(write, 1, from, bytes);
    if (put == -EINTR) {
      continue;
    }
    if (put <= 0) {
      SYS1(exit_group, 1);
    }
    from += put;
    bytes -= (u64)put;
  }
}

static void reply(enum reply type, const void *payload, u64 bytes) {
  u8 header[8] = {(u8)bytes, (u8)(bytes >> 8), (u8)(bytes >> 16), (u8)(bytes >> 24), (u8)type};
  write_exactly(header, sizeof header);
  write_exactly(payload, bytes);
}

static void reply_error(const char *text) {
  u64 bytes = 0;
  while (text[bytes]) {
    bytes++;
  }
  reply(REPLY_ERROR, text, bytes);
}

static void reply_words(const u64 *words, u64 count) { reply(REPLY_OK, words, 8 * count); }

#endif
