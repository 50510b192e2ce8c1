package dev.octune.workers.local;

import dev.octune.kernels.measure.MeasureRequest;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.workers.run.RunPlan;
import dev.octune.workers.run.RunnerException;
import dev.octune.workers.run.Verdict;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One trial: check, then time. */
final class MeasureJob extends Job {
  final CompletableFuture<Measurement> result = new CompletableFuture<>();
  private final MeasureRequest request;
  private final List<Integer> cpus;
  private final BaseKernel base;

  MeasureJob(MeasureRequest request, Part part, List<Integer> cpus, BaseKernel base) {
    super(List.of(part));
    this.request = request;
    this.cpus = cpus;
    this.base = base;
  }

  @Override
  void run(RunnerKeeper runners) throws RunnerException {
    if (result.isCancelled()) {
      // Whoever asked has stopped: nobody waits for this one, but somebody for the next.
      return;
    }
    Part part = parts.getFirst();
    Candidate candidate = request.candidate();
    switch (part.outcome()) {
      case Part.Outcome.Failed(Measurement why) -> result.complete(why);
      case Part.Outcome.Ready(var kernel) -> {
        RunPlan plan =
            MeasurePlan.measure(candidate, cpus, placementSeed(), request.incumbentNanos());
        Verdict verdict = runners.lasting().run(part.problem.join(), List.of(kernel), plan);
        result.complete(MeasurePlan.measurement(verdict, candidate, request.seed()));
        if (verdict instanceof Verdict.Exact) {
          base.trialTimed(runners, candidate, part.problem.join(), kernel);
        }
      }
    }
  }

  @Override
  void lost(String reason) {
    result.complete(new Measurement.DeviceLost(reason));
  }

  @Override
  void closed(IllegalStateException why) {
    result.completeExceptionally(why);
  }

  /** Other offsets for each candidate, the same ones when it is measured again. */
  private long placementSeed() {
    return request.seed() * 31 + request.candidate().schedule().text().hashCode();
  }
}
