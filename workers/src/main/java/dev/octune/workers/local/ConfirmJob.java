package dev.octune.workers.local;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.measure.Measurement.Placement;
import dev.octune.workers.run.Packing;
import dev.octune.workers.run.Runner;
import dev.octune.workers.run.RunnerException;
import dev.octune.workers.run.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Candidates side by side: in each of a few fresh processes, checked again, then sampled in turns.
 * One that fails leaves the others to it.
 */
final class ConfirmJob extends Job {
  final CompletableFuture<List<Measurement>> result = new CompletableFuture<>();
  private final List<Integer> cpus;
  private final long seed;

  ConfirmJob(List<Part> parts, List<Integer> cpus, long seed) {
    super(parts);
    this.cpus = cpus;
    this.seed = seed;
  }

  @Override
  void run(RunnerKeeper runners) throws RunnerException {
    @Nullable Measurement[] failures = new Measurement[parts.size()];
    TreeMap<Integer, Packing.Kernel> alive = new TreeMap<>();
    TreeMap<Integer, List<Placement>> placements = new TreeMap<>();
    for (int i = 0; i < parts.size(); i++) {
      switch (parts.get(i).outcome()) {
        case Part.Outcome.Failed(Measurement why) -> failures[i] = why;
        case Part.Outcome.Ready(var kernel) -> {
          alive.put(i, kernel);
          placements.put(i, new ArrayList<>());
        }
      }
    }
    for (int process = 0; process < MeasurePlan.CONFIRM_PROCESSES && !alive.isEmpty(); process++) {
      try (Runner fresh = runners.fresh()) {
        runUntilExact(fresh, process, alive, placements, failures);
      }
    }
    List<Measurement> measurements = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      Measurement failure = failures[i];
      measurements.add(
          failure != null
              ? failure
              : new Measurement.Timed(
                  placements.getOrDefault(i, List.of()), Measurement.CacheState.HOT));
    }
    result.complete(List.copyOf(measurements));
  }

  @Override
  void lost(String reason) {
    Measurement[] all = new Measurement[parts.size()];
    Arrays.fill(all, new Measurement.DeviceLost(reason));
    result.complete(List.of(all));
  }

  @Override
  void closed(IllegalStateException why) {
    result.completeExceptionally(why);
  }

  private void runUntilExact(
      Runner runner,
      int process,
      Map<Integer, Packing.Kernel> alive,
      Map<Integer, List<Placement>> placements,
      @Nullable Measurement[] failures)
      throws RunnerException {
    while (!alive.isEmpty()) {
      List<Integer> numbers = List.copyOf(alive.keySet());
      Part first = parts.get(numbers.getFirst());
      Verdict verdict =
          runner.run(
              first.problem.join(),
              List.copyOf(alive.values()),
              MeasurePlan.confirm(first.candidate, cpus, seed * 31 + process, numbers.size()));
      if (verdict instanceof Verdict.Exact exact) {
        for (int k = 0; k < numbers.size(); k++) {
          placements
              .computeIfAbsent(numbers.get(k), _ -> new ArrayList<>())
              .addAll(exact.placements().get(k));
        }
        return;
      }
      int failed = numbers.get(failedKernel(verdict));
      failures[failed] = MeasurePlan.measurement(verdict, parts.get(failed).candidate, seed);
      alive.remove(failed);
    }
  }

  private static int failedKernel(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Wrong wrong -> wrong.kernel();
      case Verdict.Broke broke -> broke.kernel();
      case Verdict.OutOfTime late -> late.kernel();
      case Verdict.Exact _ -> throw new IllegalArgumentException("none failed");
    };
  }
}
