package dev.octune.tuner.peer;

/** A peer's library can't be used at all; the message says why and how to mend it. */
public final class PeerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PeerException(String message) {
    super(message);
  }

  public PeerException(String message, Throwable cause) {
    super(message, cause);
  }
}
