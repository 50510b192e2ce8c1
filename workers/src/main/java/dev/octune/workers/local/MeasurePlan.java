package dev.octune.workers.local;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.workers.run.RunPlan;
import dev.octune.workers.run.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** The constants of measuring, and verdicts as measurements. */
final class MeasurePlan {
  /** The replicate is a placement: three tell a lucky one from the rule. */
  private static final int PLACEMENTS = 3;

  /** A sample of a small kernel takes 0.2 ms: five of them, three times, make 3 ms. */
  private static final int SAMPLES = 5;

  /** Where one call fills a sample, samples of it are longer and calmer. */
  private static final int SAMPLES_OF_LARGE = 3;

  /** Multiply-adds above which a call fills a sample on a fast core. */
  private static final long LARGE_MACS = 20_000_000;

  private static final Duration SAMPLE_TIME = Duration.ofNanos(200_000);

  /** A first placement this much slower than the incumbent is not looked at again. */
  private static final double RACE_FACTOR = 1.25;

  /** Fresh processes of a confirmation, and placements in each. */
  static final int CONFIRM_PROCESSES = 3;

  private static final int CONFIRM_PLACEMENTS = 2;

  /** A roof is taken once and kept: 20 ms of it. */
  private static final int ROOF_SAMPLES = 20;

  private static final Duration ROOF_SAMPLE_TIME = Duration.ofMillis(1);

  /** Checking runs a kernel 12 times, timing some 25 times or for a fixed time. */
  private static final int CALLS = 40;

  /** Plain loops in a bad order still do one multiply-add in this time. */
  private static final double SLOWEST_NANOS_PER_MAC = 4;

  /** An emulator translates each instruction into dozens. */
  private static final double EMULATED_FACTOR = 25;

  /** For forking, packing and a machine that is busy otherwise. */
  private static final Duration BASE_LIMIT = Duration.ofSeconds(3);

  /** A candidate beyond it is hopeless, whatever its size. */
  private static final Duration MAX_LIMIT = Duration.ofMinutes(2);

  private MeasurePlan() {}

  static RunPlan measure(
      Candidate candidate, List<Integer> cpus, long seed, OptionalDouble incumbentNanos) {
    int samples = candidate.workload().macs() > LARGE_MACS ? SAMPLES_OF_LARGE : SAMPLES;
    OptionalDouble stop =
        incumbentNanos.isPresent()
            ? OptionalDouble.of(RACE_FACTOR * incumbentNanos.getAsDouble())
            : OptionalDouble.empty();
    return new RunPlan(
        candidate.target().threads(),
        cpus,
        limit(candidate.workload(), 1, false),
        Optional.of(new RunPlan.Timing(seed, PLACEMENTS, samples, SAMPLE_TIME, stop)));
  }

  static RunPlan check(Candidate candidate, List<Integer> cpus, boolean emulated) {
    return new RunPlan(
        candidate.target().threads(),
        cpus,
        limit(candidate.workload(), 1, emulated),
        Optional.empty());
  }

  static RunPlan confirm(Candidate candidate, List<Integer> cpus, long seed, int kernels) {
    return new RunPlan(
        candidate.target().threads(),
        cpus,
        limit(candidate.workload(), kernels, false),
        Optional.of(
            new RunPlan.Timing(
                seed, CONFIRM_PLACEMENTS, SAMPLES, SAMPLE_TIME, OptionalDouble.empty())));
  }

  static RunPlan roof(Target target, List<Integer> cpus) {
    return new RunPlan(
        target.threads(),
        cpus,
        BASE_LIMIT,
        Optional.of(
            new RunPlan.Timing(0, 1, ROOF_SAMPLES, ROOF_SAMPLE_TIME, OptionalDouble.empty())));
  }

  /** Again, to see whether the machine is as fast as it was. */
  static RunPlan base(Candidate candidate, List<Integer> cpus, long seed) {
    return new RunPlan(
        candidate.target().threads(),
        cpus,
        limit(candidate.workload(), 1, false),
        Optional.of(new RunPlan.Timing(seed, 1, SAMPLES, SAMPLE_TIME, OptionalDouble.empty())));
  }

  /** The verdict on one kernel, as the trial's end. */
  static Measurement measurement(Verdict verdict, Candidate candidate, long seed) {
    return switch (verdict) {
      case Verdict.Exact exact ->
          new Measurement.Timed(exact.placements().getFirst(), Measurement.CacheState.HOT);
      case Verdict.Wrong wrong ->
          new Measurement.WrongAnswer(wrong.fill().text(), wrong.what(), repro(candidate, seed));
      case Verdict.Broke broke -> new Measurement.RunFailed(broke.reason());
      case Verdict.OutOfTime late -> new Measurement.TimedOut(late.phase(), late.limitMillis());
    };
  }

  private static String repro(Candidate candidate, long seed) {
    return "octune check '%s' --target '%s' --schedule '%s' --seed %d"
        .formatted(
            candidate.workload().text(),
            candidate.target().text(),
            candidate.schedule().text(),
            seed);
  }

  private static Duration limit(Workload workload, int kernels, boolean emulated) {
    double nanos =
        (double) workload.macs()
            * CALLS
            * kernels
            * SLOWEST_NANOS_PER_MAC
            * (emulated ? EMULATED_FACTOR : 1);
    Duration limit = BASE_LIMIT.multipliedBy(emulated ? 10 : 1).plusNanos((long) nanos);
    return limit.compareTo(MAX_LIMIT) > 0 ? MAX_LIMIT : limit;
  }
}
