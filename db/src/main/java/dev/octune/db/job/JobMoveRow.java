package dev.octune.db.job;

import java.time.Instant;

/** A step of a job into a state: who moved it and why. */
public record JobMoveRow(String state, String who, String why, Instant at) {
  /** Longest reason that is kept. */
  public static final int MAX_WHY_CHARS = 2000;

  public JobMoveRow {
    if (why.length() > MAX_WHY_CHARS) {
      why = why.substring(0, MAX_WHY_CHARS);
    }
  }
}
