package dev.octune.tuner.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A problem detail (RFC 9457) with what mends it.
 *
 * @param kind the same for all problems of a kind, for programs
 * @param detail what and where, with names and values
 * @param mend how to mend it
 */
public record Problem(Kind kind, String detail, String mend) {
  public static final String MEDIA_TYPE = "application/problem+json";

  private static final String TYPE_PREFIX = "urn:octune:problem:";

  /** Where messages carry their own remedy. */
  private static final String MEND_MARK = " Mend: ";

  /** What can go wrong, and how HTTP says it. */
  public enum Kind {
    MALFORMED("malformed", 400, "The request can't be read"),
    NO_TOKEN("no-token", 401, "A valid token is missing"),
    NOT_ALLOWED("not-allowed", 403, "The token does not open this"),
    NOT_FOUND("not-found", 404, "There is no such thing"),
    WRONG_METHOD("wrong-method", 405, "This can't be done here"),
    CONFLICT("conflict", 409, "The state forbids it"),
    TOO_LARGE("too-large", 413, "The body is too large"),
    WRONG_TYPE("wrong-type", 415, "The body's type is not one that is read"),
    UNFIT("unfit", 422, "The request makes no sense here"),
    TOO_MANY("too-many", 429, "Too many requests"),
    QUOTA("quota", 429, "As much is waiting as is allowed"),
    BROKEN("broken", 500, "The service made a mistake"),
    UNAVAILABLE("unavailable", 503, "The service takes nothing now");

    private final String text;
    private final int status;
    private final String title;

    Kind(String text, int status, String title) {
      this.text = text;
      this.status = status;
      this.title = title;
    }

    public int status() {
      return status;
    }
  }

  /** A problem from a message that ends in "Mend: …", as those of all rooms do. */
  public static Problem of(Kind kind, String message) {
    int mark = message.lastIndexOf(MEND_MARK);
    return mark < 0
        ? new Problem(kind, message, "correct the request")
        : new Problem(
            kind, message.substring(0, mark), message.substring(mark + MEND_MARK.length()));
  }

  /** To be thrown by a handler; the failure handler answers with it. */
  public ProblemException exception() {
    return new ProblemException(this);
  }

  ObjectNode json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", TYPE_PREFIX + kind.text)
        .put("title", kind.title)
        .put("status", kind.status)
        .put("detail", detail)
        .put("mend", mend);
  }
}
