package dev.octune.workers.run;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.reference.Fill;
import java.util.List;

/** What came of running kernels on a problem. Kernels are numbered as they were given. */
public sealed interface Verdict {
  /**
   * Every kernel answered every fill as the oracle does and touched nothing else.
   *
   * @param placements per kernel, in the order taken; empty where only checking was asked for
   * @param sandbox what was in force while they ran
   */
  record Exact(List<List<Measurement.Placement>> placements, Sandbox sandbox) implements Verdict {
    public Exact {
      placements = placements.stream().map(List::copyOf).toList();
    }
  }

  /**
   * An output element differed, an input changed, or a byte around a buffer did.
   *
   * @param what the first difference, with index, expectation and what was found
   */
  record Wrong(int kernel, Fill fill, String what) implements Verdict {}

  /** The process that ran the kernel was ended by a signal, or ended itself. */
  record Broke(int kernel, String reason) implements Verdict {}

  /** The process that ran the kernel was killed after its time was up. */
  record OutOfTime(int kernel, String phase, long limitMillis) implements Verdict {}
}
