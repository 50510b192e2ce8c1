package dev.octune.tuner.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Bodies that are held in memory, each bounded and all of them together. Thread-safe. */
public final class Bodies {
  private static final String BODY = "octune.body";

  /** A sixth of the service's memory; a request beyond is told to come again. */
  private static final long MAX_HELD_BYTES = 100L << 20;

  /** What a megabyte needs over a bad line; a client that trickles is cut off. */
  static final Duration READ_LIMIT = Duration.ofSeconds(30);

  /** A client reads the refusal of a body that it still sends. */
  private static final Duration REFUSAL_LINGER = Duration.ofSeconds(2);

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private final Duration readLimit;
  private final AtomicLong heldBytes = new AtomicLong();

  /**
   * @param readLimit how long a body may take to come
   */
  Bodies(Duration readLimit) {
    this.readLimit = readLimit;
  }

  /** The body that a route's reader has read. */
  public static Buffer of(RoutingContext context) {
    Buffer body = context.get(BODY);
    if (body == null) {
      throw new IllegalStateException("this path reads no body");
    }
    return body;
  }

  /**
   * The body as a JSON object.
   *
   * @throws ProblemException where it is none, or has a name twice
   */
  public static JsonNode json(RoutingContext context) {
    requireType(context, "application/json");
    try {
      JsonNode body = JSON.readTree(of(context).getBytes());
      if (!body.isObject()) {
        throw malformed("The body is no JSON object.");
      }
      return body;
    } catch (JsonProcessingException e) {
      throw malformed(
          "The body is no JSON: %s (line %d, column %d)."
              .formatted(
                  e.getOriginalMessage(),
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                  e.getLocation() == null ? 0 : e.getLocation().getColumnNr()));
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory can't be read", e);
    }
  }

  /** The media type of a request, in lower case, without parameters. */
  public static String type(RoutingContext context) {
    @Nullable String header = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
    String type = header == null ? "" : header;
    int end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(java.util.Locale.ROOT);
  }

  private static void requireType(RoutingContext context, String wanted) {
    String type = type(context);
    if (!type.equals(wanted)) {
      throw new Problem(
              Problem.Kind.WRONG_TYPE, "Content-Type is '%s'.".formatted(type), "send " + wanted)
          .exception();
    }
  }

  private static ProblemException malformed(String detail) {
    return new Problem(Problem.Kind.MALFORMED, detail, "send one object of the documented form")
        .exception();
  }

  /** Reads the whole body, then goes on to the next handler. */
  Handler<RoutingContext> reader(int maxBytes) {
    return context -> read(context, maxBytes, context::next);
  }

  /** Reads the whole body, then does what comes next; that may throw as a handler may. */
  void read(RoutingContext context, int maxBytes, Runnable next) {
    new Reading(context, maxBytes, next).start();
  }

  /** The length a request says its body has; empty where it says none. */
  public static java.util.OptionalLong declaredBytes(HttpServerRequest request) {
    @Nullable String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length == null
          ? java.util.OptionalLong.empty()
          : java.util.OptionalLong.of(Long.parseLong(length.strip()));
    } catch (NumberFormatException e) {
      throw malformed("Content-Length is '%s', no number.".formatted(length));
    }
  }

  /** Lets a client send the body it asks to be allowed to send. */
  public static void allowSending(HttpServerRequest request) {
    @Nullable String expect = request.getHeader(HttpHeaders.EXPECT);
    if (expect != null && expect.equalsIgnoreCase("100-continue")) {
      request.response().writeContinue();
    }
  }

  /** Answers with a problem while the body still comes, and ends the connection soon after. */
  public static void refuse(RoutingContext context, Problem problem) {
    HttpServerRequest request = context.request();
    if (request.isEnded()) {
      context.fail(problem.exception());
      return;
    }
    request.handler(_ -> {});
    request.endHandler(_ -> {});
    request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    request.resume();
    if (request.version() != HttpVersion.HTTP_2) {
      // By then a well-behaved client has read the refusal and closed it.
      context.vertx().setTimer(REFUSAL_LINGER.toMillis(), _ -> request.connection().close());
    }
    context.fail(problem.exception());
  }

  public static Problem tooLarge(long maxBytes) {
    return new Problem(
        Problem.Kind.TOO_LARGE,
        "The body has more than %d bytes.".formatted(maxBytes),
        "send less, or in several requests");
  }

  /** One body on its way. Confined to the request's event loop. */
  private final class Reading {
    private final RoutingContext context;
    private final int maxBytes;
    private final Runnable next;
    private final Buffer body = Buffer.buffer();
    private long timer;
    private boolean over;

    Reading(RoutingContext context, int maxBytes, Runnable next) {
      this.context = context;
      this.maxBytes = maxBytes;
      this.next = next;
    }

    void start() {
      HttpServerRequest request = context.request();
      if (declaredBytes(request).orElse(0) > maxBytes) {
        refuse(context, tooLarge(maxBytes));
        return;
      }
      context.addEndHandler(
          _ -> {
            over = true;
            context.vertx().cancelTimer(timer);
            heldBytes.addAndGet(-body.length());
          });
      timer = context.vertx().setTimer(readLimit.toMillis(), _ -> tooSlow());
      request.exceptionHandler(
          _ -> {
            // The client is gone; nobody waits for an answer.
            over = true;
            context.vertx().cancelTimer(timer);
          });
      request.handler(this::take);
      request.endHandler(_ -> end());
      allowSending(request);
      request.resume();
    }

    private void take(Buffer chunk) {
      if (over) {
        return;
      }
      if (body.length() + (long) chunk.length() > maxBytes) {
        over = true;
        refuse(context, tooLarge(maxBytes));
      } else if (heldBytes.addAndGet(chunk.length()) > MAX_HELD_BYTES) {
        heldBytes.addAndGet(-chunk.length());
        over = true;
        refuse(
            context,
            new Problem(
                Problem.Kind.UNAVAILABLE,
                "Other requests fill the memory for bodies.",
                "try again in a second"));
      } else {
        body.appendBuffer(chunk);
      }
    }

    private void tooSlow() {
      if (!over) {
        over = true;
        context.request().connection().close();
      }
    }

    private void end() {
      context.vertx().cancelTimer(timer);
      if (over) {
        return;
      }
      context.put(BODY, body);
      try {
        next.run();
      } catch (RuntimeException e) {
        // Outside of the router's own handlers nobody else hands it on.
        context.fail(e);
      }
    }
  }
}
