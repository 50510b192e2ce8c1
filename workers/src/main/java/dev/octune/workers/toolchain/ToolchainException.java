package dev.octune.workers.toolchain;

import java.io.IOException;
import java.io.Serial;

/** The compiler's files cannot be had here. The message says why and how to mend it. */
public final class ToolchainException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  ToolchainException(String message) {
    super(message);
  }

  ToolchainException(String message, Throwable cause) {
    super(message, cause);
  }
}
