package dev.octune.db.job;

import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A job as it was submitted.
 *
 * @param newTrials trials it may have in all
 * @param trialsPerTask trials a task may have, those known before included
 * @param time it may be active
 */
public record JobRow(
    long number,
    String name,
    String owner,
    DeviceKey deviceKey,
    Target target,
    String strategy,
    long seed,
    int priority,
    double weight,
    OptionalInt newTrials,
    OptionalInt trialsPerTask,
    Optional<Duration> time,
    List<Task> tasks,
    List<Uncovered> uncovered) {
  public JobRow {
    tasks = List.copyOf(tasks);
    uncovered = List.copyOf(uncovered);
  }

  /** A workload with the layers that need it. */
  public record Task(Workload workload, int uses, List<String> layers) {
    public Task {
      layers = List.copyOf(layers);
    }
  }

  /** A layer that no task stands for. */
  public record Uncovered(String layer, String op, String reason) {}
}
