package dev.octune.tuner.search;

import dev.octune.kernels.space.Schedule;
import java.util.List;

/**
 * Chooses what to try next in one task's space. Not thread-safe: one task, one caller.
 *
 * <p>The caller keeps the order that makes a run repeatable: batch k is asked for after the results
 * of batches ≤ k−2 of the run were observed, each in candidate order.
 */
public interface SearchStrategy {
  /**
   * Points nobody has proposed nor known before; the default schedule is never among them.
   *
   * @param count at least 1
   * @return at most count schedules; fewer only where the space ends, empty once it is exhausted
   */
  List<Schedule> propose(int count);

  /**
   * Takes in what was measured, in candidate order. Failures teach too. Schedules of another space
   * (say, of an older template) are ignored: they are no points here.
   */
  void observe(List<Observation> observations);

  /** Points not yet proposed or known; 0 means exhausted. */
  int remaining();
}
