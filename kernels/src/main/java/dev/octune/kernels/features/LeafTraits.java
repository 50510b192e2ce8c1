package dev.octune.kernels.features;

import dev.octune.kernels.target.Isa;

/**
 * What a leaf's name tells: {@code <isa>_<arithmetic>}, where s16 multiplies int16, s16w8 widens s8
 * weights as it loads them, and the others (maddubs, vnni, sdot) multiply bytes.
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

  static int vectorBits(Isa isa) {
    return switch (isa) {
      case SSE2, NEON, DOTPROD -> 128;
      case AVX2 -> 256;
      case AVX512VNNI -> 512;
    };
  }

  static int registers(Isa isa) {
    return switch (isa) {
      case SSE2, AVX2 -> 16;
      case AVX512VNNI, NEON, DOTPROD -> 32;
    };
  }

  private static int vectorBits(String leaf, Isa isa) {
    if (leaf.startsWith("avx512vl_") || leaf.startsWith("avx2_")) {
      return 256;
    }
    if (leaf.startsWith("sse2_") || leaf.startsWith("neon_")) {
      return 128;
    }
    return vectorBits(isa);
  }
}
