package dev.octune.workers.local;

import dev.octune.workers.run.Verdict;
import java.util.List;
import java.util.Set;

/**
 * What no kernel of this device can exceed, and what protects the machine while one runs.
 *
 * @param protection what was in force while the loops ran
 */
public record Roofs(List<Roof> leaves, Set<Verdict.Protection> protection) {
  public Roofs {
    leaves = List.copyOf(leaves);
    protection = Set.copyOf(protection);
  }

  /**
   * The register loop of one leaf operation.
   *
   * @param leaf as schedules name it
   * @param gops of all threads together, the fastest of the samples
   */
  public record Roof(String leaf, double gops) {}
}
