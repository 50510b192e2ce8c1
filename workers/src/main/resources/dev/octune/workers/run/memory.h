/* Buffers between guard pages, and the operands that fill them. */
#ifndef OCTUNE_MEMORY_H
#define OCTUNE_MEMORY_H

#include "protocol.h"

enum {
  /* Vector code that runs away in strides must still meet a guard. */
  GUARD_BYTES = 64 << 10,
  BUFFER_ALIGNMENT = 64,
  CANARY = 0xC5
};

/* A buffer inside its own mapping: guard, slack, the buffer, slack, guard. */
struct arena {
  u8 *map;
  u64 map_bytes;
  u8 *middle; /* the accessible part */
  u64 middle_bytes;
  u8 *at; /* the buffer */
  u64 bytes;
  enum region region;
};

enum side { LEFT, RIGHT };

static u64 page_bytes = 4096;

static void arena_free(struct arena *arena) {
  if (arena->map) {
    SYS2(munmap, arena->map, arena->map_bytes);
    arena->map = NULL;
  }
}

/* Maps a buffer that begins at the lower guard (LEFT) or ends, rounded up to the alignment, at the
 * upper one (RIGHT). 0 where there is no memory. */
static int arena_map(struct arena *arena, enum region region, u64 bytes, enum side side) {
  u64 guard = round_up(GUARD_BYTES, page_bytes);
  arena->region = region;
  arena->bytes = bytes;
  arena->middle_bytes = round_up(bytes + (bytes == 0), page_bytes);
  arena->map_bytes = arena->middle_bytes + 2 * guard;
  arena->map = map_memory(arena->map_bytes, PROT_NONE, MAP_PRIVATE);
  if (!arena->map) {
    return 0;
  }
  arena->middle = arena->map + guard;
  /* Mapped over, not mprotected: a closed sandbox has no mprotect. */
  if (sys(SYS_mmap, (s64)arena->middle, (s64)arena->middle_bytes, PROT_READ | PROT_WRITE,
          MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0) != (s64)arena->middle) {
    arena_free(arena);
    return 0;
  }
  u64 offset = side == LEFT ? 0 : arena->middle_bytes - round_up(bytes, BUFFER_ALIGNMENT);
  arena->at = arena->middle + offset;
  return 1;
}

static void arena_set_canaries(struct arena *arena) {
  u64 before = (u64)(arena->at - arena->middle);
  memset(arena->middle, CANARY, before);
  memset(arena->at + arena->bytes, CANARY, arena->middle_bytes - before - arena->bytes);
}

/* The offset from the buffer's start of the first changed canary; none where *intact is set. */
static s64 arena_changed_canary(const struct arena *arena, int *intact) {
  u64 before = (u64)(arena->at - arena->middle);
  u64 behind = arena->middle_bytes - before - arena->bytes;
  u64 at = first_not(arena->middle, CANARY, before);
  *intact = 0;
  if (at < before) {
    return (s64)at - (s64)before;
  }
  at = first_not(arena->at + arena->bytes, CANARY, behind);
  *intact = at == behind;
  return (s64)(arena->bytes + at);
}

/* dev.octune.kernels.reference.Fill, number for number. */
enum pattern {
  PATTERN_RANDOM = 0, PATTERN_EXTREMES = 1, PATTERN_MIN = 2, PATTERN_MAX = 3,
  PATTERN_ALTERNATING = 4
};

enum { ACT_STREAM = 1, WGT_STREAM = 2 };

#define GOLDEN 0x9E3779B97F4A7C15ul

/* SplitMix64's finalizer (Steele, Lea, Flood 2014). */
static u64 mix(u64 value) {
  u64 z = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ul;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBul;
  return z ^ (z >> 31);
}

static void fill_operand(u8 *to, u64 count, u64 pattern, u64 seed, u64 stream, s64 min, s64 max) {
  for (u64 i = 0; i < count; i++) {
    if (pattern == PATTERN_MIN) {
      to[i] = (u8)min;
    } else if (pattern == PATTERN_MAX) {
      to[i] = (u8)max;
    } else if (pattern == PATTERN_ALTERNATING) {
      to[i] = (u8)(i % 2 == 0 ? max : min);
    } else {
      s64 r = (s64)(mix(seed + stream * GOLDEN + i / 4) >> (16 * (i % 4)) & 0xFFFF);
      to[i] = pattern == PATTERN_RANDOM ? (u8)(min + ((r * (max - min + 1)) >> 16))
                                        : (u8)((r & 1) == 0 ? min : max);
    }
  }
}

#endif
