package dev.octune.tuner.coordinator;

import dev.octune.db.TuningDb;
import dev.octune.db.job.JobTrial;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.text.TextException;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.job.Budget;
import dev.octune.tuner.job.KnownTasks;
import dev.octune.tuner.job.TaskPlan;
import dev.octune.tuner.job.TuningJob;
import dev.octune.tuner.model.CostModel;
import dev.octune.tuner.schedule.TaskScheduler;
import dev.octune.tuner.search.Search;
import dev.octune.tuner.search.StrategyKind;
import dev.octune.tuner.task.TuningTask;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Makes jobs ready from what the database knows: a job that goes on after a restart or a pause
 * begins with all that it has measured, and with what is left of its budget. Thread-safe.
 */
final class JobPreparation {
  /**
   * Trials of a batch for each device: with two open batches each one has something to measure and
   * something to build while the slowest of the others ends.
   */
  private static final int BATCH_TRIALS_PER_DEVICE = 4;

  /** More trials at once teach the cost model little more than fewer would. */
  private static final int MAX_BATCH_TRIALS = 64;

  private final KernelLibrary library;
  private final TuningDb db;

  JobPreparation(KernelLibrary library, TuningDb db) {
    this.library = library;
    this.db = db;
  }

  /**
   * Prepares a job. Reads the database.
   *
   * @throws TextException where a task has no template any more
   */
  PreparedJob prepare(JobId id, JobSpec spec, int devices) {
    for (TuningTask task : spec.work().tasks()) {
      Optional<String> reason = library.uncovered(task.workload(), spec.target());
      if (reason.isPresent()) {
        throw new TextException(
            "workload '%s' has no template on '%s': %s"
                .formatted(task.workload(), spec.target(), reason.get()));
      }
    }
    Done done = Done.of(db.jobs().trials(id.number()));
    Search search = Search.open(usable(spec.strategy()), spec.seed());
    boolean isReady = false;
    try {
      KnownTasks known = new KnownTasks(library, db, search, db.jobs().factors());
      List<TaskPlan> plans = new ArrayList<>();
      for (TuningTask task : spec.work().tasks()) {
        plans.add(known.plan(task, spec.target(), done.standing(task.workload())));
      }
      TuningJob job =
          new TuningJob(plans, left(spec.budget(), done), Instant.EPOCH, batchTrials(devices));
      isReady = true;
      return new PreparedJob(job, plans.stream().map(TaskPlan::spaceSize).toList(), search);
    } finally {
      if (!isReady) {
        search.close();
      }
    }
  }

  /** A machine without the model's one system library still tunes. */
  private static StrategyKind usable(StrategyKind asked) {
    return asked == StrategyKind.XGB && CostModel.missing().isPresent()
        ? StrategyKind.RANDOM
        : asked;
  }

  private static int batchTrials(int devices) {
    return Math.clamp(
        (long) BATCH_TRIALS_PER_DEVICE * devices,
        TaskScheduler.DEFAULT_BATCH_TRIALS,
        MAX_BATCH_TRIALS);
  }

  private static Budget left(Budget budget, Done done) {
    return new Budget(
        budget.newTrials().isPresent()
            ? OptionalInt.of(Math.max(0, budget.newTrials().getAsInt() - done.trials))
            : OptionalInt.empty(),
        budget.trialsPerTask(),
        budget.time());
  }

  /** What a job has done before. */
  private static final class Done {
    private final Set<Workload> defaults = new HashSet<>();
    private final Map<Workload, Boolean> unconfirmed = new HashMap<>();
    private int trials;

    static Done of(List<JobTrial> stored) {
      Done done = new Done();
      for (JobTrial trial : stored) {
        TuningRecord record = trial.record();
        switch (record.kind()) {
          case TRIAL -> {
            done.trials++;
            done.unconfirmed.put(record.workload(), true);
          }
          case DEFAULT -> done.defaults.add(record.workload());
          case CONFIRMATION -> done.unconfirmed.put(record.workload(), false);
        }
      }
      return done;
    }

    TaskPlan.Standing standing(Workload workload) {
      return new TaskPlan.Standing(
          defaults.contains(workload), unconfirmed.getOrDefault(workload, false));
    }
  }
}
