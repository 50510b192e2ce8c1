package dev.octune.tuner.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Times requests by path and status. Thread-safe. */
final class Meters {
  private static final String REQUESTS = "octune.http.requests";

  private final MeterRegistry registry;

  Meters(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * Times what comes behind it.
   *
   * @param operation method and path with its parameters' names: a bounded number of them
   */
  Handler<RoutingContext> timing(String operation) {
    // The registry's own search costs more than many a lookup.
    Map<Integer, Timer> timers = new ConcurrentHashMap<>();
    return context -> {
      long start = System.nanoTime();
      context.addEndHandler(
          _ ->
              timers
                  .computeIfAbsent(
                      context.response().getStatusCode(), status -> timer(operation, status))
                  .record(System.nanoTime() - start, TimeUnit.NANOSECONDS));
      context.next();
    };
  }

  private Timer timer(String operation, int status) {
    return Timer.builder(REQUESTS)
        .description("Requests answered")
        .tag("operation", operation)
        .tag("status", String.valueOf(status))
        .register(registry);
  }
}
