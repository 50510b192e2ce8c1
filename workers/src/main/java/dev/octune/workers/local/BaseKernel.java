package dev.octune.workers.local;

import dev.octune.kernels.space.Candidate;
import dev.octune.workers.run.Packing;
import dev.octune.workers.run.Problem;
import dev.octune.workers.run.RunnerException;
import dev.octune.workers.run.Verdict;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The first exact kernel of a device, timed again from time to time: it does not change, so what
 * changes is the machine. Written by the measuring thread, read by any.
 */
final class BaseKernel {
  /** Costs about as much as one trial. */
  private static final int TRIALS_BETWEEN = 100;

  private record Base(Candidate candidate, Problem problem, Packing.Kernel kernel) {}

  private final List<Integer> cpus;
  private @Nullable Base base;
  private int trials;
  private @Nullable Drift drift;

  BaseKernel(List<Integer> cpus) {
    this.cpus = List.copyOf(cpus);
  }

  /** Tells of a trial that was timed; the first one makes the base. */
  void trialTimed(RunnerKeeper runners, Candidate candidate, Problem problem, Packing.Kernel kernel)
      throws RunnerException {
    Base known = base;
    if (known == null) {
      known = new Base(candidate, problem, kernel);
      base = known;
    } else if (++trials % TRIALS_BETWEEN != 0) {
      return;
    }
    Verdict verdict =
        runners
            .lasting()
            .run(
                known.problem,
                List.of(known.kernel),
                MeasurePlan.base(known.candidate, cpus, trials));
    if (verdict instanceof Verdict.Exact exact) {
      add(exact.placements().getFirst().getFirst().medianNanos());
    }
  }

  synchronized Optional<Drift> drift() {
    return Optional.ofNullable(drift);
  }

  private synchronized void add(double nanos) {
    Drift before = drift;
    drift =
        before == null
            ? new Drift(1, nanos, nanos, nanos, nanos)
            : new Drift(
                before.readings() + 1,
                before.firstNanos(),
                nanos,
                Math.min(before.leastNanos(), nanos),
                Math.max(before.mostNanos(), nanos));
  }
}
