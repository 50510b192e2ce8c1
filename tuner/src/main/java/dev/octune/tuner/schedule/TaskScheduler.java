package dev.octune.tuner.schedule;

import java.util.List;
import java.util.Optional;

/**
 * Deals a run's trials out to its tasks: a first batch for each, heaviest first, then the task
 * whose next batch promises to save the network most time. Immutable, thread-safe; the same
 * progress gives the same turn.
 *
 * <p>The promise follows Ansor's gradient (Zheng et al., OSDI 2020, §6.1): with w uses and best
 * time g after t trials it is w·g·(α·slope + (1−α)·1/t), where slope is the relative gain per trial
 * over the last {@link #SLOPE_BATCHES} batches and 1/t says that what was searched little may still
 * fall.
 */
public final class TaskScheduler {
  /**
   * Trials between two updates of what is known. Small enough that 64 trials hold six guided
   * batches, large enough that training (about 15 ms) stays far below measuring (about 300 ms).
   */
  public static final int DEFAULT_BATCH_TRIALS = 8;

  /** Weight of what the last batches gained against what was hardly searched; Ansor's value. */
  private static final double SLOPE_WEIGHT = 0.2;

  /** Batches whose gain is the slope: one alone is mostly luck. */
  private static final int SLOPE_BATCHES = 3;

  private final int totalTrials;
  private final int batchTrials;

  /**
   * A scheduler of a run's budget.
   *
   * @param totalTrials new trials of the run in all; at least 0
   * @param batchTrials trials of a full batch; at least 1
   */
  public TaskScheduler(int totalTrials, int batchTrials) {
    if (totalTrials < 0 || batchTrials < 1) {
      throw new IllegalArgumentException(
          "budget of %d trials in batches of %d: a budget is not negative, a batch at least 1"
              .formatted(totalTrials, batchTrials));
    }
    this.totalTrials = totalTrials;
    this.batchTrials = batchTrials;
  }

  /** Who is next; empty where the budget is spent or every space exhausted. */
  public Optional<Turn> next(List<TaskProgress> tasks) {
    int left = totalTrials - tasks.stream().mapToInt(TaskProgress::trials).sum();
    if (left <= 0) {
      return Optional.empty();
    }
    double heaviest = tasks.stream().mapToDouble(TaskScheduler::cost).max().orElse(0);
    int chosen = -1;
    for (int task = 0; task < tasks.size(); task++) {
      if (tasks.get(task).remaining() > 0
          && (chosen < 0 || comesBefore(tasks.get(task), tasks.get(chosen), heaviest))) {
        chosen = task;
      }
    }
    if (chosen < 0) {
      return Optional.empty();
    }
    TaskProgress next = tasks.get(chosen);
    int trials = Math.min(left, next.trials() == 0 ? firstBatch(tasks.size()) : batchTrials);
    return Optional.of(new Turn(chosen, Math.min(trials, next.remaining())));
  }

  /** A budget too small for a full batch each is shared evenly, so that no task is left out. */
  private int firstBatch(int tasks) {
    return Math.clamp(totalTrials / tasks, 1, batchTrials);
  }

  private static boolean comesBefore(TaskProgress task, TaskProgress other, double heaviest) {
    if ((task.trials() == 0) != (other.trials() == 0)) {
      return task.trials() == 0;
    }
    return task.trials() == 0
        ? cost(task) > cost(other)
        : promise(task, heaviest) > promise(other, heaviest);
  }

  /** What this task's best kernel costs the network; 0 while nothing was timed. */
  private static double cost(TaskProgress task) {
    return task.bestNanos().isEmpty() ? 0 : task.uses() * task.bestNanos().getLast();
  }

  /** A task of which nothing was timed yet counts as the heaviest until something is. */
  private static double promise(TaskProgress task, double heaviest) {
    double cost = task.bestNanos().isEmpty() ? heaviest : cost(task);
    return cost * (SLOPE_WEIGHT * slope(task) + (1 - SLOPE_WEIGHT) / task.trials());
  }

  /** Relative gain per trial over the last batches, 0 where there was none. */
  private static double slope(TaskProgress task) {
    List<Double> best = task.bestNanos();
    int batches = Math.min(SLOPE_BATCHES, best.size() - 1);
    if (batches < 1) {
      return 0;
    }
    double before = best.get(best.size() - 1 - batches);
    double trialsPerBatch = Math.max(1, (double) task.trials() / (best.size() - 1));
    return (before - best.getLast()) / before / (batches * trialsPerBatch);
  }
}
