package dev.octune.tuner.http;

import dev.octune.tuner.access.Principal;
import dev.octune.tuner.access.Role;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The paths of the API, each with the role it wants and what it does with a body. Handlers run on
 * an event loop: what may block goes to {@link RoutingContext#vertx}'s executeBlocking. A handler
 * that throws, or fails its context, is answered for by {@link Failures}. Used while the server is
 * put together, not thread-safe.
 */
public final class Routes {
  private final Router router;
  private final Guard guard;
  private final Bodies bodies;
  private final Meters meters;
  private final List<Declared> declared = new ArrayList<>();

  Routes(Router router, Guard guard, Bodies bodies, Meters meters) {
    this.router = router;
    this.guard = guard;
    this.bodies = bodies;
    this.meters = meters;
  }

  /**
   * A path as the OpenAPI document has it.
   *
   * @param path parameters in braces
   * @param role empty where no token is wanted
   */
  record Declared(HttpMethod method, String path, Optional<Role> role) {}

  /** A request without a body; one that comes is not read. */
  public void add(HttpMethod method, String path, Role role, Handler<RoutingContext> handler) {
    route(method, path, Optional.of(role)).handler(handler);
  }

  /**
   * A request whose whole body is held in memory; {@link Bodies#of} gives it.
   *
   * @param maxBytes what is longer is refused
   */
  public void addWithBody(
      HttpMethod method, String path, Role role, int maxBytes, Handler<RoutingContext> handler) {
    route(method, path, Optional.of(role)).handler(bodies.reader(maxBytes)).handler(handler);
  }

  /** A request whose body the handler reads, from a request that is paused. */
  public void addStreaming(
      HttpMethod method, String path, Role role, Handler<RoutingContext> handler) {
    route(method, path, Optional.of(role)).handler(handler);
  }

  /** A path for everybody. */
  void addOpen(HttpMethod method, String path, Handler<RoutingContext> handler) {
    route(method, path, Optional.empty()).handler(handler);
  }

  /** A file for everybody, of those that the document does not name one by one. */
  void addFile(String path, Handler<RoutingContext> handler) {
    router.get(path).handler(handler);
  }

  /** Who asks, on a path that wants a role. */
  public static Principal principal(RoutingContext context) {
    Principal principal = Guard.found(context);
    if (principal == null) {
      throw new IllegalStateException("this path asks for no token");
    }
    return principal;
  }

  /**
   * Looks once more at a request that has waited, on a path that wants a role.
   *
   * @throws ProblemException where its token was revoked meanwhile
   */
  public static void requireStill(RoutingContext context) {
    Guard.requireStill(context);
  }

  List<Declared> declared() {
    return List.copyOf(declared);
  }

  private Route route(HttpMethod method, String path, Optional<Role> role) {
    declared.add(new Declared(method, path, role));
    Route route = router.route(method, path.replaceAll("\\{([a-z]+)}", ":$1"));
    route.handler(meters.timing(method + " " + path));
    role.ifPresent(
        wanted ->
            route.handler(
                context -> {
                  var _ = guard.require(context, wanted);
                  context.next();
                }));
    return route;
  }
}
