package dev.octune.tuner.http;

import dev.octune.tuner.dashboard.Dashboard;
import io.vertx.core.http.HttpMethod;

/**
 * The dashboard's own files. They hold no data and want no token; the page asks for one and sends
 * it with every call.
 */
final class DashboardRoutes implements RouteSource {
  private static final String PAGE = "/";

  private final Dashboard dashboard = Dashboard.load();

  @Override
  public void addTo(Routes routes) {
    dashboard
        .paths()
        .forEach(
            (path, handler) -> {
              if (path.equals(PAGE)) {
                routes.addOpen(HttpMethod.GET, path, handler);
              } else {
                routes.addFile(path, handler);
              }
            });
  }
}
