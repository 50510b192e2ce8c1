package dev.octune.tuner.dashboard;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Serves the page at {@code /} and its files under {@code /dashboard/}, to everybody: none of them
 * holds data. Thread-safe.
 */
public final class Dashboard {
  /** Every file of the page; a test compares the list with what is packed. */
  static final List<String> FILES =
      List.of(
          "api.js",
          "chart.js",
          "devices.js",
          "dom.js",
          "events.js",
          "format.js",
          "history.js",
          "icon.svg",
          "index.html",
          "influence.js",
          "job.js",
          "jobs.js",
          "main.js",
          "parts.js",
          "records.js",
          "style.css",
          "vendor/uPlot.LICENSE.txt",
          "vendor/uPlot.esm.js",
          "vendor/uPlot.min.css");

  /**
   * Scripts, styles and data from here alone; no script or style in the page's text, nothing that
   * turns text into markup, no frame around it, no form that is sent by the browser.
   */
  static final String CONTENT_SECURITY_POLICY =
      String.join(
          "; ",
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "img-src 'self'",
          "connect-src 'self'",
          "base-uri 'none'",
          "form-action 'none'",
          "frame-ancestors 'none'",
          "require-trusted-types-for 'script'",
          "trusted-types 'none'");

  private static final String PAGE = "index.html";

  private final List<Asset> assets;

  private Dashboard(List<Asset> assets) {
    this.assets = assets;
  }

  /** The page of this jar. */
  public static Dashboard load() {
    return new Dashboard(FILES.stream().map(Asset::load).toList());
  }

  /**
   * What answers a GET of each path: the page at {@code /}, its files below {@code /dashboard/}.
   */
  public Map<String, Handler<RoutingContext>> paths() {
    return assets.stream()
        .collect(Collectors.toMap(Dashboard::path, asset -> context -> send(context, asset)));
  }

  private static String path(Asset asset) {
    return asset.name().equals(PAGE) ? "/" : "/dashboard/" + asset.name();
  }

  private static void send(RoutingContext context, Asset asset) {
    HttpServerResponse response = context.response();
    response
        .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("X-Frame-Options", "DENY")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Cross-Origin-Opener-Policy", "same-origin")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin")
        // Kept, but asked for again: a new version of the service brings a new page at once.
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
        .putHeader(HttpHeaders.ETAG, asset.etag());
    if (asset.etag().equals(context.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
      // Whoever is gone meanwhile misses nothing.
      var _ = response.setStatusCode(304).end();
      return;
    }
    var _ = response.putHeader(HttpHeaders.CONTENT_TYPE, asset.type()).end(asset.bytes());
  }
}
