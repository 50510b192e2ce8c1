package dev.octune.tuner.http;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What the server is told.
 *
 * @param host name or address to listen on
 * @param port 0 for any free one
 * @param folder for uploads on their way; the service's alone
 * @param maxModelBytes largest model that is received
 * @param tls empty for clear text
 */
public record ApiSettings(
    String host, int port, Path folder, long maxModelBytes, Optional<TlsFiles> tls) {
  /** Highest port of TCP. */
  private static final int MAX_PORT = 65_535;

  public ApiSettings {
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException("port is " + port + ", must be in [0, 65535]");
    }
    if (maxModelBytes < 1) {
      throw new IllegalArgumentException("the largest model has " + maxModelBytes + " bytes");
    }
  }

  /**
   * PEM files.
   *
   * @param certificate of the server, with the chain behind it
   * @param key of the certificate, PKCS #8
   * @param clientAuthority signs the certificates of workers; empty where none is wanted
   */
  public record TlsFiles(Path certificate, Path key, Optional<Path> clientAuthority) {}
}
