package dev.octune.kernels.space;

import java.util.List;
import java.util.function.Predicate;

/**
 * A reason why a point is no schedule: it would not be exact, or is not worth building.
 *
 * @param name what `octune space` says it prunes by: a few words
 * @param <P> how a template reads a point
 */
public record Constraint<P>(String name, Predicate<? super P> allows) {
  /** The index of the first that forbids a point, or −1. */
  static <P> int firstBroken(List<Constraint<? super P>> constraints, P point) {
    for (int i = 0; i < constraints.size(); i++) {
      if (!constraints.get(i).allows().test(point)) {
        return i;
      }
    }
    return -1;
  }

  /** Whether none forbids a point. */
  public static <P> boolean allow(List<Constraint<? super P>> constraints, P point) {
    return firstBroken(constraints, point) < 0;
  }
}
