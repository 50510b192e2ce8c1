package dev.octune.workers.run;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How kernels are checked and timed.
 *
 * @param threads threads that run one kernel together, a part each
 * @param cpus where they run, thread t on cpus[t mod size]; empty leaves it to the system
 * @param limit wall time for all of it; then it is killed
 * @param timing empty for checking alone
 */
public record RunPlan(int threads, List<Integer> cpus, Duration limit, Optional<Timing> timing) {
  public RunPlan {
    cpus = List.copyOf(cpus);
  }

  /**
   * How many samples are taken, and where.
   *
   * @param seed of the placements' offsets
   * @param placements fresh mappings of the operands
   * @param samples stretches of calls on each
   * @param sampleTime least time of a stretch
   * @param stopAboveNanos a first placement with a median beyond this many nanoseconds a call is
   *     the last one; of use with a single kernel
   */
  public record Timing(
      long seed, int placements, int samples, Duration sampleTime, OptionalDouble stopAboveNanos) {}
}
