package dev.octune.tuner.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.tuner.access.Role;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;

/** How the service is, and what it can do. Thread-safe. */
final class ServiceRoutes implements RouteSource {
  private static final String OPENAPI = "openapi.json";
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final Readiness state;
  private final Supplier<Optional<String>> trouble;
  private final PrometheusMeterRegistry meters;
  private final String openApi = resource(OPENAPI);

  /**
   * Routes of a service.
   *
   * @param trouble why nothing new is begun although all parts run
   */
  ServiceRoutes(
      Readiness state, Supplier<Optional<String>> trouble, PrometheusMeterRegistry meters) {
    this.state = state;
    this.trouble = trouble;
    this.meters = meters;
  }

  @Override
  public void addTo(Routes routes) {
    routes.addOpen(
        HttpMethod.GET, "/health/live", context -> Replies.json(context, 200, status("up")));
    routes.addOpen(HttpMethod.GET, "/health/ready", this::ready);
    routes.add(
        HttpMethod.GET,
        "/metrics",
        Role.READ,
        context -> Replies.text(context, 200, PROMETHEUS_TEXT, meters.scrape()));
    routes.add(
        HttpMethod.GET,
        "/api/v1/openapi.json",
        Role.READ,
        context -> Replies.text(context, 200, Replies.JSON, openApi));
  }

  private void ready(RoutingContext context) {
    Readiness.Phase phase = state.phase();
    Optional<String> reason = trouble.get();
    if (phase == Readiness.Phase.READY && reason.isPresent()) {
      Replies.json(context, 503, status("failed").put("reason", reason.get()));
      return;
    }
    Replies.json(context, phase == Readiness.Phase.READY ? 200 : 503, status(phase.text()));
  }

  private static ObjectNode status(String text) {
    return JsonNodeFactory.instance.objectNode().put("status", text);
  }

  private static String resource(String name) {
    try (InputStream in = ServiceRoutes.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not in the program");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name + " can't be read", e);
    }
  }
}
