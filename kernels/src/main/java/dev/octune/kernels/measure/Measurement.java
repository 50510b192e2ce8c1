package dev.octune.kernels.measure;

import java.util.Arrays;
import java.util.List;

/** How one candidate's trial ended. Every trial ends in exactly one of these. */
public sealed interface Measurement {
  /** The word that logs, records and JSON use. */
  default String status() {
    return switch (this) {
      case Timed _ -> "timed";
      case WrongAnswer _ -> "wrong_answer";
      case BuildFailed _ -> "build_failed";
      case RunFailed _ -> "run_failed";
      case TimedOut _ -> "timed_out";
      case DeviceLost _ -> "device_lost";
    };
  }

  /**
   * The same with each time multiplied: as a device that much slower would have made it.
   *
   * @param factor finite and above 0
   */
  default Measurement scaled(double factor) {
    return switch (this) {
      case Timed timed ->
          factor == 1
              ? timed
              : new Timed(
                  timed.placements.stream().map(p -> p.scaled(factor)).toList(), timed.cache);
      case WrongAnswer _, BuildFailed _, RunFailed _, TimedOut _, DeviceLost _ -> this;
    };
  }

  /**
   * The answer was right on every fill, and here are its times.
   *
   * @param placements one per fresh mapping, in the order measured; at least one
   * @param cache whether operands were in cache from the call before, or displaced from it
   */
  record Timed(List<Placement> placements, CacheState cache) implements Measurement {
    public Timed {
      placements = List.copyOf(placements);
      if (placements.isEmpty()) {
        throw new IllegalArgumentException("a timed measurement needs a placement");
      }
    }

    /** Median over placements of their sample medians: the figure of this candidate. */
    public double medianNanos() {
      return median(placements.stream().mapToDouble(Placement::medianNanos).toArray());
    }

    /** The least sample of any placement: what the kernel takes where nothing disturbs it. */
    public double leastNanos() {
      return placements.stream()
          .flatMap(placement -> placement.samples().stream())
          .mapToDouble(Sample::nanosPerCall)
          .min()
          .orElseThrow();
    }
  }

  /** An output element differed from the oracle's, or something outside the output changed. */
  record WrongAnswer(String fill, String what, String repro) implements Measurement {}

  /** No code came of it: the template, LLVM or the linker refused, or the builder died. */
  record BuildFailed(String reason) implements Measurement {}

  /** The kernel crashed or broke a promise of its contract: signal, guard page, forbidden call. */
  record RunFailed(String reason) implements Measurement {}

  /** The build or the run took longer than allowed. */
  record TimedOut(String phase, long limitMillis) implements Measurement {}

  /** The device went away; the candidate itself is not judged. */
  record DeviceLost(String reason) implements Measurement {}

  /** Where the operands are when a call begins. */
  enum CacheState {
    HOT("hot"),
    DISPLACED("displaced");

    private final String text;

    CacheState(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  /**
   * Samples of one placement: a fresh mapping of the operands.
   *
   * @param process ordinal of the runner process that held the mapping
   * @param samples in the order taken; at least one
   */
  record Placement(int process, List<Sample> samples) {
    public Placement {
      samples = List.copyOf(samples);
      if (samples.isEmpty()) {
        throw new IllegalArgumentException("a placement needs a sample");
      }
    }

    public double medianNanos() {
      return median(samples.stream().mapToDouble(Sample::nanosPerCall).toArray());
    }

    private Placement scaled(double factor) {
      return new Placement(
          process,
          samples.stream()
              .map(s -> new Sample(s.nanosPerCall * factor, s.calls, s.preempted))
              .toList());
    }
  }

  /**
   * One timed stretch of calls.
   *
   * @param nanosPerCall wall nanoseconds of the stretch / calls
   * @param calls calls in the stretch
   * @param preempted true where the system took the CPU away meanwhile
   */
  record Sample(double nanosPerCall, int calls, boolean preempted) {
    public Sample {
      if (!(nanosPerCall > 0) || Double.isInfinite(nanosPerCall) || calls < 1) {
        throw new IllegalArgumentException(
            "a sample of %d calls took %s ns each".formatted(calls, nanosPerCall));
      }
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
