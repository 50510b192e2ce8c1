package dev.octune.tuner.client;

import java.net.URI;

/** A service did not do what was asked. The message says what, where and how to mend. */
public abstract sealed class ServiceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String message;

  private ServiceException(String message) {
    super(message);
    this.message = message;
  }

  private ServiceException(String message, Throwable cause) {
    super(message, cause);
    this.message = message;
  }

  @Override
  public String getMessage() {
    return message;
  }

  /** The service answered with a problem. */
  public static final class Refused extends ServiceException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String type;

    Refused(int status, String type, String detail, String mend, URI where) {
      super("%s (%s): %s Mend: %s".formatted(where, status, detail, mend));
      this.status = status;
      this.type = type;
    }

    /** The HTTP status: 4xx for what the caller can mend, 5xx for what the service can. */
    public int status() {
      return status;
    }

    /** The problem's type, such as {@code urn:octune:problem:quota}; empty where it told none. */
    public String type() {
      return type;
    }
  }

  /** No answer came, or none that could be read; what was asked may have been done all the same. */
  public static final class Unreachable extends ServiceException {
    private static final long serialVersionUID = 1L;

    Unreachable(URI where, String what, Throwable cause) {
      super(
          "%s: %s. Mend: see that the service runs there (GET /health/live), then try again"
              .formatted(where, what),
          cause);
    }

    Unreachable(URI where, String what) {
      super(
          "%s: %s. Mend: see that it is an Octune service of this version (GET /api/v1/openapi.json)"
              .formatted(where, what));
    }
  }
}
