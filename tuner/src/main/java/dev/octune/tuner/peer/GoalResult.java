package dev.octune.tuner.peer;

import dev.octune.kernels.workload.Workload;
import java.util.List;
import java.util.OptionalDouble;

/** A goal and how near we came. */
public record GoalResult(Goal goal, List<ShapeResult> shapes) {
  public GoalResult {
    shapes = List.copyOf(shapes);
  }

  /** Makes one from the figures of each workload: ours first. */
  public static ShapeResult shape(Goal goal, Workload workload, List<Figure> figures) {
    return ShapeResult.of(goal, workload, figures.getFirst(), figures.subList(1, figures.size()));
  }

  /** Geometric mean of the ratios; empty where there is none. */
  public OptionalDouble mean() {
    double[] logs =
        shapes.stream()
            .map(ShapeResult::ratio)
            .filter(OptionalDouble::isPresent)
            .mapToDouble(ratio -> Math.log(ratio.getAsDouble()))
            .toArray();
    return logs.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.exp(java.util.Arrays.stream(logs).average().orElseThrow()));
  }

  /** The smallest ratio; empty where there is none. */
  public OptionalDouble least() {
    return shapes.stream()
        .map(ShapeResult::ratio)
        .filter(OptionalDouble::isPresent)
        .mapToDouble(OptionalDouble::getAsDouble)
        .min();
  }

  public boolean isReached() {
    OptionalDouble mean = mean();
    return mean.isPresent() && mean.getAsDouble() >= goal.ratio();
  }
}
