package dev.octune.tuner.cli;

/** Wrong use or unreadable input: exit code 2. The message says what, where and how to mend. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }

  UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
