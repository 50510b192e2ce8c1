package dev.octune.tuner.client;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Where a service is and how it is reached.
 *
 * @param server such as {@code http://127.0.0.1:8470}; a path, query or fragment is not allowed
 * @param token what opens it, sent with every request
 * @param tls whose certificates are trusted, for https; empty for the JDK's own
 * @param patience for connecting and for the head of an answer, waiting that was asked for aside
 */
public record ClientSettings(
    URI server, String token, Optional<SSLContext> tls, Duration patience) {
  /** A busy service on a slow line answers within it. */
  public static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(30);

  public ClientSettings {
    String scheme = server.getScheme();
    boolean isPlain =
        (server.getRawPath() == null || server.getRawPath().matches("/?"))
            && server.getRawQuery() == null
            && server.getRawFragment() == null
            && server.getRawUserInfo() == null;
    if (server.getHost() == null
        || !isPlain
        || !("http".equals(scheme) || "https".equals(scheme))) {
      throw new IllegalArgumentException(
          "server '%s' is no address. Mend: write it as http://host:port or https://host:port"
              .formatted(server));
    }
    if (!token.strip().matches("[!-~]+")) {
      throw new IllegalArgumentException(
          "the token is empty or holds spaces. Mend: give the one line of a token file");
    }
    token = token.strip();
  }

  public static ClientSettings of(URI server, String token) {
    return new ClientSettings(server, token, Optional.empty(), DEFAULT_PATIENCE);
  }

  @Override
  public String toString() {
    return server.toString();
  }
}
