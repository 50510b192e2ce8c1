package dev.octune.workers.local;

import dev.octune.workers.run.Sandbox;
import java.util.List;

/**
 * What no kernel of this device can exceed, and what protects the machine while one runs.
 *
 * @param sandbox what was in force while the loops ran
 */
public record Roofs(List<Roof> leaves, Sandbox sandbox) {
  public Roofs {
    leaves = List.copyOf(leaves);
  }

  /**
   * The register loop of one leaf operation.
   *
   * @param leaf as schedules name it
   * @param gops of all threads together, the fastest of the samples
   */
  public record Roof(String leaf, double gops) {}
}
