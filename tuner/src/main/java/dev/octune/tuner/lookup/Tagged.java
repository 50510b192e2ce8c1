package dev.octune.tuner.lookup;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/** Answers that a client may keep as long as it asks each time whether they stand. */
final class Tagged {
  /** Only the holder of the token may keep it. */
  private static final CharSequence KEPT = HttpHeaders.createOptimized("private, no-cache");

  static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
  private static final int OK = 200;
  private static final int NOT_MODIFIED = 304;

  private Tagged() {}

  static void json(RoutingContext context, byte[] body) {
    send(context, JSON, EntityTag.of(body), Buffer.buffer(body));
  }

  /** The body under its tag, or nothing where the client has it. */
  static void send(RoutingContext context, CharSequence type, EntityTag tag, Buffer body) {
    HttpServerResponse response = context.response();
    if (response.ended() || response.closed()) {
      return;
    }
    response.putHeader(HttpHeaders.ETAG, tag.text()).putHeader(HttpHeaders.CACHE_CONTROL, KEPT);
    // A client that is gone meanwhile misses nothing.
    if (tag.isKnownTo(context)) {
      var _ = response.setStatusCode(NOT_MODIFIED).end();
    } else {
      var _ = response.setStatusCode(OK).putHeader(HttpHeaders.CONTENT_TYPE, type).end(body);
    }
  }
}
