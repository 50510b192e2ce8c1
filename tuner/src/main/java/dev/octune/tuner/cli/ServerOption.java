package dev.octune.tuner.cli;

import dev.octune.tuner.client.ClientSettings;
import dev.octune.tuner.client.OctuneClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which service, and what opens it. */
final class ServerOption {
  /** A token is one line; a larger file is something else. */
  private static final int MAX_TOKEN_FILE_BYTES = 4096;

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "The service; default http://127.0.0.1:8470.")
  private String server = "http://127.0.0.1:8470";

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "A file with the token in one line; default is the admin.token of this user's own"
              + " service.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "PEM certificates to trust for https instead of the JDK's own.")
  private @Nullable Path authorities;

  /** A client of the service; nothing is sent yet. */
  OctuneClient client() {
    try {
      return new OctuneClient(
          new ClientSettings(address(), token(), tls(), ClientSettings.DEFAULT_PATIENCE));
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Who may have signed the service's certificate; empty for the JDK's own. */
  Optional<Path> authorities() {
    return Optional.ofNullable(authorities);
  }

  URI address() {
    try {
      return new URI(server);
    } catch (URISyntaxException e) {
      throw new UsageException(
          "--server '%s' is no address. Mend: write it as http://host:port or https://host:port"
              .formatted(server),
          e);
    }
  }

  /** The token's one line. */
  String token() {
    Path file = tokenFile == null ? ServiceFolder.ofUser(System.getenv()).adminToken() : tokenFile;
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_TOKEN_FILE_BYTES + 1);
      if (bytes.length > MAX_TOKEN_FILE_BYTES) {
        throw new UsageException(
            "Token file %s is longer than a token. Mend: give the file that octune token create wrote"
                .formatted(file));
      }
      return new String(bytes, java.nio.charset.StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UsageException(
          "Token file %s can't be read: %s. Mend: give --token-file; octune serve prints where the first one is"
              .formatted(file, e),
          e);
    }
  }

  private Optional<SSLContext> tls() {
    return Optional.ofNullable(authorities).map(ServerOption::trusting);
  }

  private static SSLContext trusting(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      Collection<? extends Certificate> trusted =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate certificate : trusted) {
        store.setCertificateEntry("authority-" + number++, certificate);
      }
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new UsageException(
          "--ca %s can't be used: %s. Mend: give a file of PEM certificates".formatted(file, e), e);
    }
  }
}
