package dev.octune.workers.local;

import dev.octune.kernels.measure.Measurement;
import dev.octune.workers.run.Sandbox;

/** Whether a candidate is exact, from running it without timing it. */
public sealed interface CheckResult {
  /**
   * Every output element of every fill is the oracle's.
   *
   * @param sandbox what was in force while it ran
   */
  record Exact(Sandbox sandbox) implements CheckResult {}

  /** It is not exact, or could not be run; never {@link Measurement.Timed}. */
  record Rejected(Measurement why) implements CheckResult {}
}
