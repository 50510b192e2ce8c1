package dev.octune.tuner.http;

import dev.octune.tuner.access.AuditLog;
import dev.octune.tuner.access.Principal;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;

/** Writes deeds down before they are answered. Thread-safe. */
public final class Deeds {
  private final AuditLog log;

  public Deeds(AuditLog log) {
    this.log = log;
  }

  /**
   * Writes a deed down, off the event loop.
   *
   * @param what the deed's name, such as {@code job.submit}
   * @param on what it was done to
   */
  public Future<Void> done(RoutingContext context, String what, String on, String outcome) {
    Principal principal = Routes.principal(context);
    return context
        .vertx()
        .executeBlocking(
            () -> {
              log.write(principal.name(), principal.tokenId(), what, on, outcome);
              return null;
            },
            false);
  }
}
