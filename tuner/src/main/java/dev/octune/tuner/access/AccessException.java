package dev.octune.tuner.access;

/** The files that say who may do what can't be used. The message says what, where, how to mend. */
public final class AccessException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  AccessException(String message) {
    super(message);
  }

  AccessException(String message, Throwable cause) {
    super(message, cause);
  }
}
