package dev.octune.tuner.coordinator;

import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import dev.octune.tuner.job.Budget;
import dev.octune.tuner.search.StrategyKind;
import dev.octune.tuner.task.TaskList;

/**
 * What somebody wants tuned, on what, for how much.
 *
 * @param name what its owner calls it: the model's file name, or the first workload
 * @param work tasks and the layers that have none; at least one task
 * @param target that of the device key, threads included
 * @param seed of every random choice and of the operands
 * @param owner who pays with device time; fair shares are among owners
 * @param priority among the jobs of one owner on one device key; higher goes first
 * @param weight share of this owner against the others'; from the service's settings, not from the
 *     owner
 */
public record JobSpec(
    String name,
    TaskList work,
    DeviceKey deviceKey,
    Target target,
    Budget budget,
    StrategyKind strategy,
    long seed,
    String owner,
    int priority,
    double weight) {
  public static final int MAX_NAME_CHARS = 200;
  public static final int MAX_OWNER_CHARS = 100;

  /** Beyond any network; bounds the memory of one job. */
  public static final int MAX_TASKS = 5_000;

  /** Priorities are in [-this, this]: ageing crosses the whole range within some hours. */
  public static final int MAX_PRIORITY = 100;

  /** No owner counts as more than this many others, or as less than one of so many. */
  public static final double MAX_WEIGHT = 1000;

  public JobSpec {
    require(!name.isBlank() && name.length() <= MAX_NAME_CHARS, "name", "1 to 200 characters");
    require(!owner.isBlank() && owner.length() <= MAX_OWNER_CHARS, "owner", "1 to 100 characters");
    require(!work.tasks().isEmpty(), "work", "at least one task");
    require(work.tasks().size() <= MAX_TASKS, "work", "at most 5000 tasks");
    require(Math.abs(priority) <= MAX_PRIORITY, "priority", "a number from -100 to 100");
    require(
        weight >= 1 / MAX_WEIGHT && weight <= MAX_WEIGHT, "weight", "a number from 0.001 to 1000");
  }

  private static void require(boolean isGood, String field, String wanted) {
    if (!isGood) {
      throw new IllegalArgumentException("the job's %s must have %s".formatted(field, wanted));
    }
  }
}
