package dev.octune.kernels.codegen;

import dev.octune.kernels.space.Knob;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How threads share a kernel. Every part writes outputs of its own, whatever the count of parts;
 * what differs is which operands each of them reads.
 */
enum Split {
  /**
   * The loop nest is one run of register tiles that is cut into equal shares, wherever that is: no
   * thread has more than a tile more than another. {@link WinogradKernel} cuts it at its units.
   */
  BOTH("both"),
  /** Each part has rows and strips of its own, and walks all output channels. */
  ROWS("rows"),
  /** Each part has blocks of output channels of its own, and walks all rows. */
  CHANNELS("channels");

  private static final String KNOB = "split";

  private static final List<Split> VALUES = List.of(values());

  private final String text;

  Split(String text) {
    this.text = text;
  }

  /** The knobs of a space, and behind them how threads share it where there is more than one. */
  static List<Knob> knobs(List<Knob> ofOneThread, int threads) {
    if (threads == 1) {
      return ofOneThread;
    }
    List<Knob> all = new ArrayList<>(ofOneThread);
    all.add(new Knob.Choice(KNOB, VALUES.stream().map(Split::text).toList()));
    return List.copyOf(all);
  }

  /** The value of the knob at a place; empty where coordinates end before it: for one thread. */
  static Optional<Split> at(int[] coordinates, int place) {
    return coordinates.length > place
        ? Optional.of(VALUES.get(coordinates[place]))
        : Optional.empty();
  }

  String text() {
    return text;
  }
}
