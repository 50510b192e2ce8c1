package dev.octune.rpc.worker;

import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where the service is, and how it is known to be the right one.
 *
 * @param uri http://HOST[:PORT] or https://HOST[:PORT]
 * @param ca PEM file of the authorities that may have signed the service's certificate; empty for
 *     the JDK's own
 * @param identity what this worker shows where the service asks for a client certificate
 */
public record ServiceAddress(URI uri, Optional<Path> ca, Optional<Identity> identity) {
  /** Beyond it a host does not answer: a rack on the other side of the world takes a second. */
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

  /** PEM files of a client certificate and its private key. */
  public record Identity(Path certificate, Path key) {}

  public ServiceAddress {
    boolean tls = "https".equals(uri.getScheme());
    if (!(tls || "http".equals(uri.getScheme()))
        || uri.getHost() == null
        || !(uri.getPath() == null || uri.getPath().isEmpty() || uri.getPath().equals("/"))
        || uri.getRawQuery() != null
        || uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "service address '%s' is not one. Mend: write it as http://HOST:PORT or https://HOST:PORT"
              .formatted(uri));
    }
    if (!tls && (ca.isPresent() || identity.isPresent())) {
      throw new IllegalArgumentException(
          "service address '%s' is in clear text, where certificates mean nothing. Mend: https://"
              .formatted(uri));
    }
  }

  /** A service without certificates of its own making. */
  public static ServiceAddress of(String uri) {
    return new ServiceAddress(URI.create(uri), Optional.empty(), Optional.empty());
  }

  boolean tls() {
    return "https".equals(uri.getScheme());
  }

  int port() {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    return tls() ? 443 : 80;
  }

  /** HTTP/2 from the first byte, as gRPC wants it. */
  HttpClientOptions options() {
    HttpClientOptions options =
        new HttpClientOptions()
            .setProtocolVersion(HttpVersion.HTTP_2)
            .setHttp2ClearTextUpgrade(false)
            .setDefaultHost(uri.getHost())
            .setDefaultPort(port())
            .setConnectTimeout((int) CONNECT_LIMIT.toMillis())
            .setTcpNoDelay(true);
    if (tls()) {
      options.setSsl(true).setUseAlpn(true).setVerifyHost(true);
      ca.ifPresent(
          file -> options.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
      identity.ifPresent(
          own ->
              options.setKeyCertOptions(
                  new PemKeyCertOptions()
                      .addCertPath(own.certificate().toString())
                      .addKeyPath(own.key().toString())));
    }
    return options;
  }
}
