package dev.octune.workers.local;

import dev.octune.kernels.measure.Measurement;
import dev.octune.workers.run.RunPlan;
import dev.octune.workers.run.RunnerException;
import dev.octune.workers.run.Verdict;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A candidate checked on every fill, never timed. */
final class CheckJob extends Job {
  final CompletableFuture<CheckResult> result = new CompletableFuture<>();
  private final RunPlan plan;
  private final long seed;

  CheckJob(Part part, RunPlan plan, long seed) {
    super(List.of(part));
    this.plan = plan;
    this.seed = seed;
  }

  @Override
  void run(RunnerKeeper runners) throws RunnerException {
    Part part = parts.getFirst();
    switch (part.outcome()) {
      case Part.Outcome.Failed(Measurement why) -> result.complete(new CheckResult.Rejected(why));
      case Part.Outcome.Ready(var kernel) -> {
        Verdict verdict = runners.lasting().run(part.problem.join(), List.of(kernel), plan);
        result.complete(
            verdict instanceof Verdict.Exact exact
                ? new CheckResult.Exact(exact.sandbox())
                : new CheckResult.Rejected(MeasurePlan.measurement(verdict, part.candidate, seed)));
      }
    }
  }

  @Override
  void lost(String reason) {
    result.complete(new CheckResult.Rejected(new Measurement.DeviceLost(reason)));
  }

  @Override
  void closed(IllegalStateException why) {
    result.completeExceptionally(why);
  }
}
