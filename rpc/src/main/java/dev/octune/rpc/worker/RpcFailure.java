package dev.octune.rpc.worker;

import java.io.Serial;

/** The service could not be asked, or its answer is of no use; another time it may be. */
public final class RpcFailure extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  RpcFailure(String message) {
    super(message);
  }

  RpcFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
