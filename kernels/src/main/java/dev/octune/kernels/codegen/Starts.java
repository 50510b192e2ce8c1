package dev.octune.kernels.codegen;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Collects the cheapest point of each leaf. Not thread-safe. */
final class Starts {
  /**
   * Leaves whose cheapest point is estimated dearer than the cheapest of all by more: estimates are
   * off by some 10 %, by more between leaves.
   */
  private static final double MAX_COST = 1.5;

  private final Map<Integer, Point> ofLeaf = new TreeMap<>();

  private record Point(int index, double cost) {}

  /**
   * @param index of a point of the space
   * @param cost estimated, in any unit
   */
  void offer(int leaf, int index, double cost) {
    Point best = ofLeaf.get(leaf);
    if (best == null || cost < best.cost) {
      ofLeaf.put(leaf, new Point(index, cost));
    }
  }

  /** Indices, the cheapest first; of two alike that of the first leaf. */
  IntStream points() {
    double least = ofLeaf.values().stream().mapToDouble(Point::cost).min().orElse(0);
    return ofLeaf.values().stream()
        .filter(point -> point.cost <= MAX_COST * least)
        .sorted(Comparator.comparingDouble(Point::cost))
        .mapToInt(Point::index);
  }
}
