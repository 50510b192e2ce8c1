package dev.octune.tuner.cli;

import java.time.Instant;
import java.time.InstantSource;

/**
 * When this command began: at the launcher's start, or behind the build where there was one, which
 * it tells by a system property.
 */
final class StartTime {
  private static final String PROPERTY = "octune.startedAtMillis";

  private StartTime() {}

  static Instant ofLauncher(InstantSource clock) {
    Long millis = Long.getLong(PROPERTY);
    return millis == null ? clock.instant() : Instant.ofEpochMilli(millis);
  }
}
