package dev.octune.rpc.wire;

import java.io.Serial;

/** A message that can't be read. Its text says what, where and how to mend. */
public final class WireException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  public WireException(String message) {
    super(message);
  }

  public WireException(String message, Throwable cause) {
    super(message, cause);
  }
}
