package dev.octune.tuner.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.StaticHandler;

/**
 * The dashboard's own files. They hold no data and want no token; the page asks for one and sends
 * it with every call.
 */
final class DashboardRoutes implements RouteSource {
  private static final String FOLDER = "dev/octune/tuner/dashboard";

  /** Nothing from elsewhere, no inline script, nobody's frame. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'"
          + " data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";

  @Override
  public void addTo(Routes routes) {
    StaticHandler files =
        StaticHandler.create(FOLDER)
            .setIndexPage("index.html")
            .setIncludeHidden(false)
            .setDirectoryListing(false);
    routes.addOpen(HttpMethod.GET, "/", context -> serve(context, files));
    routes.addFiles("/*", context -> serve(context, files));
  }

  private static void serve(RoutingContext context, StaticHandler files) {
    context
        .response()
        .putHeader("Content-Security-Policy", POLICY)
        .putHeader("X-Frame-Options", "DENY");
    files.handle(context);
  }
}
