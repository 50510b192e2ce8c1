package dev.octune.kernels.codegen;

import static dev.octune.kernels.codegen.PackedLayout.aligned;

import dev.octune.kernels.weights.LaneBound;

/**
 * Where lists stand: for each set of weights and block of output channels
 *
 * <pre>
 * s32[classes, rows + 1]   for each {@link ListClass}, at which of its entries each tap row begins,
 *               and behind them how many there are
 * s32[chunks]   for each chunk of each entry, where its activations stand, in bytes from those of
 *               tap (0, 0), channel 0
 * weights       of each entry, 32 bytes a vector and part:
 *                 D8  s8[chunk][vector]    P4  s8[vector]
 *                 H0, H1  s8[the other vector], s16[even, odd]    I4  s16[even, odd][vector]
 * </pre>
 *
 * entries of one class after those of another, in the order of the classes. Where rows outside of
 * the input are skipped, the entries of a class stand tap row by tap row, and a D8 entry holds two
 * chunks of one row; else all taps count as one row. An s8 vector is [8 output channels, 4 input
 * channels], an s16 one [8, 2]: even holds input channels 0 and 2 of the chunk, odd 1 and 3. Chunks
 * whose weights are all zero are in no list. A block has room for the largest lists there can be,
 * so that a kernel serves whatever weights are packed. Behind all blocks there is room for
 * planning, used while packing only.
 */
record ListedWeights(PackedLayout layout) {
  /** Input channels of a chunk. */
  static final int CHUNK = 4;

  /** Output channels of a vector. */
  static final int LANES = 8;

  static final int OFFSET_BYTES = 4;

  /** Bytes of one vector register. */
  static final int VECTOR_BYTES = 32;

  private static final int SHORT_BYTES = 2;

  int ocVectors() {
    return layout.ocBlock() / LANES;
  }

  /** Chunks of a block of input channels at one tap. */
  int blockChunks() {
    return layout.icBlock() / CHUNK;
  }

  /** Chunks of a block of output channels, empty ones too. */
  int chunks() {
    return layout.icBlocks() * layout.conv().taps() * blockChunks();
  }

  Listing listing() {
    return layout.listing().orElseThrow();
  }

  /** Tap rows that are kept apart. */
  int rows() {
    return layout.border() == Border.PACKED ? 1 : layout.conv().window().kh();
  }

  /** Where the starts of a class's rows stand. */
  long startsOffset(ListClass member) {
    int index = listing().classes().members().indexOf(member);
    return (long) index * (rows() + 1) * OFFSET_BYTES;
  }

  long offsetsOffset() {
    return aligned((long) listing().classes().members().size() * (rows() + 1) * OFFSET_BYTES);
  }

  long weightsOffset() {
    return aligned(offsetsOffset() + (long) chunks() * OFFSET_BYTES);
  }

  /** From one block of output channels to the next. */
  long blockBytes() {
    return weightsOffset() + aligned((long) chunks() * ocVectors() * ListClass.I4.vectorBytes());
  }

  // ---- room for planning one block, from its start

  /** s8[chunks, ocBlock, 4]: weights as P4 takes them. */
  long rawOffset() {
    return 0;
  }

  long rawBytes() {
    return (long) layout.ocBlock() * CHUNK;
  }

  /** s16[chunks, 2, ocBlock · 2]: what positive and negative weights of each lane sum to. */
  long lanesOffset() {
    return rawOffset() + chunks() * rawBytes();
  }

  long laneBytes() {
    return (long) layout.ocBlock() * CHUNK / 2 * SHORT_BYTES;
  }

  /** s32[chunks]: those that are safe, largest lane first. */
  long sortedOffset() {
    return aligned(lanesOffset() + chunks() * 2L * laneBytes());
  }

  /** s32[chunks]: the size of each one's largest lane. */
  long sizesOffset() {
    return sortedOffset() + (long) chunks() * OFFSET_BYTES;
  }

  /** s32[bound + 2]: where chunks of a size begin in those sorted. */
  long sizeStartsOffset() {
    return sizesOffset() + (long) chunks() * OFFSET_BYTES;
  }

  /** s8[chunks]: which kind of chunk each is, and its row. */
  long kindsOffset() {
    return sizeStartsOffset() + (long) (bound().largest() + 2) * OFFSET_BYTES;
  }

  long planningBytes() {
    return aligned(kindsOffset() + chunks());
  }

  /** What weights of one int16 lane may sum to. */
  LaneBound bound() {
    return LaneBound.of(layout.conv().numerics().act());
  }
}
