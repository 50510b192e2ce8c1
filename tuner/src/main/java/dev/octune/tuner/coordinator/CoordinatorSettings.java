package dev.octune.tuner.coordinator;

import java.time.Duration;

/**
 * The coordinator's limits.
 *
 * @param heartbeatEvery how often a device says that it lives
 * @param silenceLimit a device silent for so long is lost
 * @param trialLimit longest a device may take over one candidate; a confirmation has as much for
 *     each of its candidates
 * @param calibrateEvery time between two looks at a device's base kernel
 * @param maxRunningJobs jobs that are in memory with their models at once
 * @param maxOpenJobsPerOwner jobs of one owner that have not ended
 * @param maxOpenTrialsPerOwner trials that one owner's jobs that have not ended ask for in all
 */
public record CoordinatorSettings(
    Duration heartbeatEvery,
    Duration silenceLimit,
    Duration trialLimit,
    Duration calibrateEvery,
    int maxRunningJobs,
    int maxOpenJobsPerOwner,
    long maxOpenTrialsPerOwner) {
  /**
   * Silence of three heartbeats and a bit is no hiccup. A trial has as long as the runner's own
   * longest limit (2 min) with the build before it. 64 jobs keep their models in some 100 MB.
   */
  public static final CoordinatorSettings DEFAULT =
      new CoordinatorSettings(
          Duration.ofSeconds(5),
          Duration.ofSeconds(16),
          Duration.ofMinutes(4),
          Duration.ofMinutes(5),
          64,
          200,
          1_000_000);

  public CoordinatorSettings {
    if (silenceLimit.compareTo(heartbeatEvery) <= 0) {
      throw new IllegalArgumentException(
          "silence limit %s must be longer than a heartbeat, %s"
              .formatted(silenceLimit, heartbeatEvery));
    }
    if (maxRunningJobs < 1 || maxOpenJobsPerOwner < 1 || maxOpenTrialsPerOwner < 1) {
      throw new IllegalArgumentException("limits must be at least 1");
    }
  }
}
