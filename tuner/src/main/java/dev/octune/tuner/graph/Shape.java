package dev.octune.tuner.graph;

import java.util.List;

/** The extents of a tensor, outermost first. */
public sealed interface Shape {
  /**
   * All extents are known.
   *
   * @param dims extents, each at least 0; empty for a scalar
   */
  record Fixed(List<Integer> dims) implements Shape {
    public Fixed {
      dims = List.copyOf(dims);
      for (int dim : dims) {
        if (dim < 0) {
          throw new IllegalArgumentException("shape " + dims + " has a negative extent");
        }
      }
    }

    public int rank() {
      return dims.size();
    }

    /** Number of elements; the reader has checked that it fits. */
    public long elements() {
      long elements = 1;
      for (int dim : dims) {
        elements = Math.multiplyExact(elements, dim);
      }
      return elements;
    }

    @Override
    public String toString() {
      return dims.toString();
    }
  }

  /** Some extent is known only when the network runs; the text shows it as -1 or ?. */
  record Dynamic(String text) implements Shape {
    @Override
    public String toString() {
      return text;
    }
  }
}
