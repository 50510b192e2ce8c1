package dev.octune.tuner.cli;

import dev.octune.kernels.text.TextException;
import java.io.UncheckedIOException;

/** What an exception means to the person at the command line. */
final class Problems {
  private Problems() {}

  static int exitCode(Throwable problem) {
    return problem instanceof UsageException || problem instanceof TextException
        ? Octune.EXIT_WRONG_USE
        : Octune.EXIT_FAILED;
  }

  static String message(Throwable problem) {
    if (problem instanceof UncheckedIOException io && io.getCause() != null) {
      return problem.getMessage() + " (" + io.getCause().getMessage() + ")";
    }
    String message = problem.getMessage();
    return message == null || message.isBlank()
        ? problem.getClass().getSimpleName() + " (see --debug)"
        : message;
  }
}
