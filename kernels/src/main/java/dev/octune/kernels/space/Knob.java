package dev.octune.kernels.space;

import java.util.List;
import java.util.stream.IntStream;

/** One tunable choice with its finite values; the value's index is its coordinate in a space. */
public sealed interface Knob {
  String name();

  /** Values as they stand in a schedule's text. */
  List<String> values();

  /** Neighbouring values behave alike: a tile size, a block size. */
  record Size(String name, List<Integer> sizes) implements Knob {
    public Size {
      KnobText.check(name, sizes);
      sizes = List.copyOf(sizes);
    }

    public static Size of(String name, int... sizes) {
      return new Size(name, IntStream.of(sizes).boxed().toList());
    }

    @Override
    public List<String> values() {
      return sizes.stream().map(String::valueOf).toList();
    }
  }

  /** Values without an order: a leaf operation, a loop order. */
  record Choice(String name, List<String> values) implements Knob {
    public Choice {
      KnobText.check(name, values);
      values = List.copyOf(values);
      KnobText.checkWords(name, values);
    }

    public static Choice of(String name, String... values) {
      return new Choice(name, List.of(values));
    }
  }
}
