package dev.octune.tuner.peer;

import dev.octune.kernels.workload.Workload;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One workload, all contenders.
 *
 * @param baseline the one of the others that the goal means; empty where none was there
 */
public record ShapeResult(
    Workload workload, Figure ours, List<Figure> others, Optional<Figure> baseline) {
  public ShapeResult {
    others = List.copyOf(others);
  }

  static ShapeResult of(Goal goal, Workload workload, Figure ours, List<Figure> others) {
    return new ShapeResult(workload, ours, others, goal.baseline().of(others));
  }

  /** Time of the baseline / our time. */
  public OptionalDouble ratio() {
    return baseline
        .map(figure -> OptionalDouble.of(figure.medianNanos() / ours.medianNanos()))
        .orElseGet(OptionalDouble::empty);
  }
}
