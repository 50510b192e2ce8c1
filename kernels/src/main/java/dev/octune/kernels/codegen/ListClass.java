package dev.octune.kernels.codegen;

/**
 * How a chunk of weights meets its activations: a chunk is four input channels of one tap, for a
 * block of output channels. pmaddubsw sums two products of u8 and s8 in an int16 <em>with
 * saturation</em>; where the weights keep the {@link dev.octune.kernels.weights.LaneBound} it can't
 * happen. pmaddwd with ones then sums two such lanes in s32, where additions wrap as the answer
 * may.
 */
enum ListClass {
  /**
   * Two chunks, of any channels and taps: two pmaddubsw, one addition of int16, one pmaddwd. Exact
   * where the bound holds over the four weights that meet in each int16 lane.
   */
  D8(2, 64),
  /** One chunk: pmaddubsw, pmaddwd. Exact where the bound holds for each pair. */
  P4(1, 32),
  /** As I4 for the first vector of output channels and P4 for the second; blocks of two vectors. */
  H0(1, 48),
  /** As P4 for the first vector of output channels and I4 for the second; blocks of two vectors. */
  H1(1, 48),
  /**
   * Any chunk: activations are widened to int16 as they are, channels 0 and 2 by a mask, 1 and 3 by
   * a shift, and meet int16 weights in two pmaddwd. Always exact: 2 · 255 · 128 fits s32.
   */
  I4(1, 64);

  private final int chunks;
  private final int vectorBytes;

  ListClass(int chunks, int vectorBytes) {
    this.chunks = chunks;
    this.vectorBytes = vectorBytes;
  }

  /** Chunks of an entry. */
  int chunks() {
    return chunks;
  }

  /** Weight bytes of an entry for each vector of eight output channels, on average. */
  int vectorBytes() {
    return vectorBytes;
  }
}
