package dev.octune.tuner.cli;

import dev.octune.db.DbException;
import dev.octune.kernels.text.TextException;
import dev.octune.tuner.access.AccessException;
import dev.octune.tuner.client.ServiceException;
import dev.octune.tuner.graph.ModelFileException;
import java.io.UncheckedIOException;

/** What an exception means to the person at the command line. */
final class Problems {
  private static final int HTTP_TOO_MANY = 429;
  private static final int HTTP_SERVER_ERRORS = 500;

  private Problems() {}

  static int exitCode(Throwable problem) {
    return switch (problem) {
      case UsageException _, TextException _, ModelFileException _ -> Octune.EXIT_WRONG_USE;
      case DbException db -> exitCode(db.reason());
      case AccessException _ -> Octune.EXIT_WRONG_USE;
      case ServiceException.Refused refused -> exitCode(refused);
      default -> Octune.EXIT_FAILED;
    };
  }

  /** What the caller can mend is wrong use; a full quota or a sick service is bad luck. */
  private static int exitCode(ServiceException.Refused refused) {
    return refused.status() < HTTP_SERVER_ERRORS && refused.status() != HTTP_TOO_MANY
        ? Octune.EXIT_WRONG_USE
        : Octune.EXIT_FAILED;
  }

  /** A database that can't be used as it stands is unreadable input; the rest is bad luck. */
  private static int exitCode(DbException.Reason reason) {
    return switch (reason) {
      case MISSING, UNWRITABLE, UNREADABLE, NOT_A_DATABASE, NEWER_VERSION, CORRUPTED ->
          Octune.EXIT_WRONG_USE;
      case DISK_FULL, SECOND_WRITER, BUSY, DUPLICATE, CONFLICT, READ_ONLY, CLOSED, FAILED ->
          Octune.EXIT_FAILED;
    };
  }

  static String message(Throwable problem) {
    String message = problem.getMessage();
    if (message != null
        && problem instanceof UncheckedIOException io
        && io.getCause() != null
        && !message.equals(io.getCause().getMessage())) {
      return message + " (" + io.getCause().getMessage() + ")";
    }
    return message == null || message.isBlank()
        ? problem.getClass().getSimpleName() + " (see --debug)"
        : message;
  }
}
