package dev.octune.tuner.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/** Answers. */
public final class Replies {
  public static final String JSON = "application/json";

  /** What a token opens is nobody else's to keep. */
  private static final String NOT_KEPT = "no-store";

  private Replies() {}

  /** Ends a request with a JSON object that no cache keeps. */
  public static void json(RoutingContext context, int status, JsonNode body) {
    context.response().putHeader(HttpHeaders.CACHE_CONTROL, NOT_KEPT);
    text(context, status, JSON, body.toString());
  }

  static void problem(RoutingContext context, Problem problem) {
    HttpServerResponse response = context.response();
    if (problem.kind() == Problem.Kind.NO_TOKEN) {
      response.putHeader("WWW-Authenticate", "Bearer realm=\"octune\"");
    }
    if (problem.kind() == Problem.Kind.UNAVAILABLE || problem.kind() == Problem.Kind.TOO_MANY) {
      response.putHeader(HttpHeaders.RETRY_AFTER, "1");
    }
    response.putHeader(HttpHeaders.CACHE_CONTROL, NOT_KEPT);
    text(context, problem.kind().status(), Problem.MEDIA_TYPE, problem.json().toString());
  }

  static void text(RoutingContext context, int status, String type, String body) {
    HttpServerResponse response = context.response();
    if (response.ended() || response.closed()) {
      return;
    }
    response.setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, type);
    // A client that is gone meanwhile misses nothing.
    var _ = response.end(body);
  }
}
