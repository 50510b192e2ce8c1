package dev.octune.tuner.coordinator;

import java.util.Arrays;

/** Where a job stands. */
public enum JobState {
  /** Waits for its turn, or for a device of its key. */
  QUEUED("queued"),
  /** Its trials are given to devices. */
  RUNNING("running"),
  /** Somebody halted it; what was measured is kept. */
  PAUSED("paused"),
  /** Its budget is spent or its spaces are exhausted, and its results are confirmed. */
  DONE("done"),
  /** It can't go on; what was measured is kept. */
  FAILED("failed"),
  /** Somebody ended it; what was measured is kept. */
  CANCELLED("cancelled");

  private final String text;

  JobState(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }

  /** True where nothing moves it any more. */
  public boolean isEnd() {
    return this == DONE || this == FAILED || this == CANCELLED;
  }

  /** The state of a text that {@link #text} wrote. */
  public static JobState parse(String text) {
    return Arrays.stream(values())
        .filter(state -> state.text.equals(text))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("job state '" + text + "' is not known"));
  }
}
