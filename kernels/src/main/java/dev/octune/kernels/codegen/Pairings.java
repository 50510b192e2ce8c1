package dev.octune.kernels.codegen;

import dev.octune.kernels.weights.ChannelOrder;
import java.util.List;
import java.util.Optional;

/**
 * The orders of input channels that a kernel may choose from, as its knob names them.
 *
 * @param texts the words of the knob; the first is the order of the file
 * @param orders for each word its order; empty for the order of the file
 */
record Pairings(List<String> texts, List<Optional<ChannelOrder>> orders) {
  private static final String FILE = "file";

  /** The order of the file only. */
  static final Pairings NONE = new Pairings(List.of(FILE), List.of(Optional.empty()));

  Optional<ChannelOrder> order(int index) {
    return orders.get(index);
  }

  /** The index of the order that was made for the layer alone; that of the file without one. */
  int own() {
    return Math.min(1, texts.size() - 1);
  }
}
