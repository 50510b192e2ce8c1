package dev.octune.tuner.http;

/** Whether the service takes requests. Thread-safe. */
public final class Readiness {
  private volatile Phase phase = Phase.STARTING;

  /** Where the service stands. */
  public enum Phase {
    STARTING("starting"),
    READY("ready"),
    /** It ends what it has and takes nothing new. */
    DRAINING("draining");

    private final String text;

    Phase(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  public Phase phase() {
    return phase;
  }

  /** All parts run. */
  public synchronized void ready() {
    if (phase == Phase.STARTING) {
      phase = Phase.READY;
    }
  }

  /** The end has begun. */
  public synchronized void draining() {
    phase = Phase.DRAINING;
  }
}
