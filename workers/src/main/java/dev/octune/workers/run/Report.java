package dev.octune.workers.run;

import dev.octune.kernels.measure.Measurement.Placement;
import dev.octune.kernels.measure.Measurement.Sample;
import dev.octune.kernels.reference.Fill;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** struct report of protocol.h, in its order, and what it means in words. */
record Report(
    long outcome,
    Sandbox sandbox,
    long phase,
    long kernel,
    long fill,
    long run,
    long wrong,
    long region,
    long count,
    long index,
    long expected,
    long got,
    long signal,
    long access,
    long address,
    long regionBytes,
    long exitStatus,
    List<RawSample> samples) {
  private static final int DONE = 0;
  private static final int WRONG = 1;
  private static final int CRASHED = 2;
  private static final int TIMED_OUT = 3;
  private static final int EXITED = 4;
  private static final int NO_MEMORY = 5;

  private static final int WRONG_ELEMENT = 1;
  private static final int WRONG_INPUT = 2;

  private static final int SIGSYS = 31;
  private static final int ACCESS_WRITE = 1;
  private static final int ACCESS_UNKNOWN = 2;

  private static final List<String> PHASES = List.of("setup", "pack", "check", "time");
  private static final List<String> RUNS =
      List.of(
          "buffers at the lower guard page",
          "buffers at the upper guard page",
          "after the timed calls",
          "in another number of parts",
          "in another number of parts, last part first");
  private static final List<String> REGIONS =
      List.of("", "act", "wgt", "out", "plain act", "plain wgt", "plain out", "stack", "table");

  record RawSample(long kernel, long placement, long nanos, long calls, boolean preempted) {}

  static Report read(ByteBuffer in) {
    long outcome = in.getLong();
    long inForce = in.getLong();
    long[] refusals = words(in, Sandbox.Protection.values().length);
    long[] words = words(in, 15);
    long count = in.getLong();
    List<RawSample> samples = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      samples.add(
          new RawSample(in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong() != 0));
    }
    int at = 0;
    return new Report(
        outcome,
        Sandbox.of(inForce, refusals),
        words[at++],
        words[at++],
        words[at++],
        words[at++],
        words[at++],
        words[at++],
        words[at++],
        words[at++],
        words[at++],
        words[at++],
        words[at++],
        words[at++],
        words[at++],
        words[at++],
        words[at],
        samples);
  }

  private static long[] words(ByteBuffer in, int count) {
    long[] words = new long[count];
    in.asLongBuffer().get(words);
    in.position(in.position() + Long.BYTES * count);
    return words;
  }

  boolean isDone() {
    return outcome == DONE;
  }

  /**
   * @param kernels how many ran
   * @param process ordinal of the runner process
   */
  Verdict verdict(int kernels, int process, Duration limit) {
    int which = (int) kernel;
    return switch ((int) outcome) {
      case DONE -> new Verdict.Exact(placements(kernels, process), sandbox);
      case WRONG -> new Verdict.Wrong(which, Fill.ALL.get((int) fill), difference());
      case CRASHED -> new Verdict.Broke(which, crash());
      case TIMED_OUT -> new Verdict.OutOfTime(which, phaseText(), limit.toMillis());
      case EXITED ->
          new Verdict.Broke(
              which,
              "the process ended with status %#x in phase %s, unasked"
                  .formatted(exitStatus, phaseText()));
      case NO_MEMORY ->
          new Verdict.Broke(
              which, "the runner's child got no memory or process in phase " + phaseText());
      default -> throw new IllegalArgumentException("the runner names outcome " + outcome);
    };
  }

  private List<List<Placement>> placements(int kernels, int process) {
    List<List<Placement>> all = new ArrayList<>();
    for (int k = 0; k < kernels; k++) {
      TreeMap<Long, List<Sample>> byPlacement = new TreeMap<>();
      for (RawSample raw : samples) {
        if (raw.kernel == k) {
          byPlacement
              .computeIfAbsent(raw.placement, _ -> new ArrayList<>())
              .add(
                  new Sample(
                      (double) raw.nanos / raw.calls, Math.toIntExact(raw.calls), raw.preempted));
        }
      }
      all.add(byPlacement.values().stream().map(taken -> new Placement(process, taken)).toList());
    }
    return all;
  }

  private String difference() {
    String where = name(RUNS, run);
    String buffer = name(REGIONS, region);
    return switch ((int) wrong) {
      case WRONG_ELEMENT ->
          "output element %d is %d, must be %d; %d of %d elements differ; %s"
              .formatted(index, got, expected, count, regionBytes, where);
      case WRONG_INPUT ->
          "the kernel changed its input: byte %d of %s is %d, was %d; %s"
              .formatted(index, buffer, got, expected, where);
      default -> "something wrote %s; %s".formatted(place(buffer), where);
    };
  }

  private String crash() {
    String name = signalName();
    if (signal == SIGSYS) {
      return "%s in phase %s: system call %d is not allowed".formatted(name, phaseText(), address);
    }
    if (region != 0) {
      String how =
          access == ACCESS_UNKNOWN ? "accessed" : access == ACCESS_WRITE ? "wrote" : "read";
      return "%s in phase %s: %s %s; fill %s, %s"
          .formatted(
              name,
              phaseText(),
              how,
              place(name(REGIONS, region)),
              Fill.ALL.get((int) fill).text(),
              name(RUNS, run));
    }
    return "%s in phase %s at address %#x; fill %s, %s"
        .formatted(name, phaseText(), address, Fill.ALL.get((int) fill).text(), name(RUNS, run));
  }

  private String place(String buffer) {
    if (index < 0) {
      return "%d bytes before %s (%d bytes)".formatted(-index, buffer, regionBytes);
    }
    if (index >= regionBytes) {
      return "%d bytes behind %s (%d bytes)".formatted(index - regionBytes, buffer, regionBytes);
    }
    return "at byte %d of %s (%d bytes)".formatted(index, buffer, regionBytes);
  }

  private String signalName() {
    return switch ((int) signal) {
      case 4 -> "SIGILL";
      case 5 -> "SIGTRAP";
      case 6 -> "SIGABRT";
      case 7 -> "SIGBUS";
      case 8 -> "SIGFPE";
      case 9 -> "SIGKILL";
      case 11 -> "SIGSEGV";
      case SIGSYS -> "SIGSYS";
      default -> "signal " + signal;
    };
  }

  private String phaseText() {
    return name(PHASES, phase);
  }

  private static String name(List<String> names, long index) {
    return index >= 0 && index < names.size()
        ? names.get((int) index)
        : String.format(Locale.ROOT, "#%d", index);
  }
}
