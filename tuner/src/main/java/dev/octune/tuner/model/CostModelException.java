package dev.octune.tuner.model;

/** The native library does not load or refuses its input. The message says how to mend it. */
public final class CostModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CostModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
