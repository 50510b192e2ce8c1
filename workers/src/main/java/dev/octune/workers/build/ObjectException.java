package dev.octune.workers.build;

import java.io.Serial;

/** An object file that no image can be made of. The message says why. */
final class ObjectException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  ObjectException(String message) {
    super(message);
  }
}
