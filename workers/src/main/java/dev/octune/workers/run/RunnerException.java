package dev.octune.workers.run;

import java.io.IOException;
import java.io.Serial;

/** The runner cannot be reached, died, or did not answer in time. It is of no further use. */
public final class RunnerException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  RunnerException(String message) {
    super(message);
  }

  RunnerException(String message, Throwable cause) {
    super(message, cause);
  }
}
