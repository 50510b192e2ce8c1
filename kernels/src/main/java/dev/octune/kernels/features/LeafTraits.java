package dev.octune.kernels.features;

import dev.octune.kernels.target.Isa;

/**
 * What a leaf's name tells: {@code <isa>_<arithmetic>}, where s16 multiplies int16, s16w8 widens s8
 * weights as it loads them, and the others (maddubs, vnni, sdot) multiply bytes. {@code _256} at
 * the end is a narrower vector than the instruction set's.
 *
 * @param lanes 32-bit sums of one vector
 * @param channels reduce channels that meet in one lane of one operation
 * @param actBytes bytes of one packed activation
 * @param wgtBytes bytes of one packed weight
 */
record LeafTraits(int lanes, int channels, int actBytes, int wgtBytes) {
  /** Vector leaves without an intrinsic work on eight sums wherever they run. */
  private static final int PLAIN_LANES = 8;

  static LeafTraits of(String leaf, Isa isa) {
    if (leaf.startsWith("vector") || leaf.startsWith("plain")) {
      return new LeafTraits(PLAIN_LANES, 1, 2, leaf.endsWith("s16") ? 2 : 1);
    }
    int lanes = vectorBits(leaf, isa) / Integer.SIZE;
    if (leaf.endsWith("s16w8")) {
      return new LeafTraits(lanes, 2, 2, 1);
    }
    return leaf.contains("s16") ? new LeafTraits(lanes, 2, 2, 2) : new LeafTraits(lanes, 4, 1, 1);
  }

  private static int vectorBits(String leaf, Isa isa) {
    if (leaf.endsWith("_256") || leaf.startsWith("avx512vl_") || leaf.startsWith("avx2_")) {
      return 256;
    }
    return leaf.startsWith("sse") || leaf.startsWith("neon_") ? 128 : isa.vectorBits();
  }
}
