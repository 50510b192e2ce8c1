package dev.octune.kernels.codegen;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What the spaces of contractions have in common about sizes and the extents they cover. */
final class Extents {
  /** Padded channels or repeated columns that a block size may cost beyond the least. */
  static final double MAX_WASTE = 1.2;

  /** Fewer columns than this are not worth a strip of their own. */
  static final int MIN_STRIP = 32;

  private Extents() {}

  /** Blocks of this size cover so many times the extent. */
  static double waste(int size, int extent) {
    return (double) PackedLayout.ceilDiv(extent, size) * size / extent;
  }

  static List<Integer> upTo(int[] sizes, int max) {
    return IntStream.of(sizes).filter(size -> size <= max).boxed().toList();
  }

  /** All columns; where rows are joined also fourths of them, as long as they are worth it. */
  static List<Integer> strips(Contraction conv) {
    List<Integer> strips = new ArrayList<>();
    strips.add(conv.columns());
    int strip = PackedLayout.ceilDiv(conv.columns(), 4);
    while (conv.isPointwise() && strip >= MIN_STRIP) {
      strips.add(strip);
      strip = PackedLayout.ceilDiv(strip, 4);
    }
    return strips;
  }
}
