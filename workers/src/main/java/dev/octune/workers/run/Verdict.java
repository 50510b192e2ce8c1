package dev.octune.workers.run;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.reference.Fill;
import java.util.List;
import java.util.Set;

/** What came of running kernels on a problem. Kernels are numbered as they were given. */
public sealed interface Verdict {
  /**
   * Every kernel answered every fill as the oracle does and touched nothing else.
   *
   * @param placements per kernel, in the order taken; empty where only checking was asked for
   * @param protection what was in force while they ran
   */
  record Exact(List<List<Measurement.Placement>> placements, Set<Protection> protection)
      implements Verdict {
    public Exact {
      placements = placements.stream().map(List::copyOf).toList();
      protection = Set.copyOf(protection);
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

  /** What kept a kernel from doing harm, and its times from being random. */
  enum Protection {
    NO_NEW_PRIVS("no_new_privs", 1),
    SECCOMP("seccomp", 2),
    LIMITS("rlimits", 4),
    DIES_WITH_PARENT("pdeathsig", 8),
    PINNED("pinned", 16),
    HUGE_PAGES("huge_pages", 32);

    private final String text;
    private final long bit;

    Protection(String text, long bit) {
      this.text = text;
      this.bit = bit;
    }

    /** True where the runner's word of what is in force has this one. */
    boolean isIn(long sandbox) {
      return (sandbox & bit) != 0;
    }

    public String text() {
      return text;
    }
  }
}
