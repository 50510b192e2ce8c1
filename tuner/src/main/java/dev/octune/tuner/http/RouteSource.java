package dev.octune.tuner.http;

/** A room that answers some paths of the API. */
@FunctionalInterface
public interface RouteSource {
  /** Adds its paths, once, while the server is put together. */
  void addTo(Routes routes);
}
