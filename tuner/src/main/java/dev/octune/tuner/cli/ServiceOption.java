package dev.octune.tuner.cli;

import dev.octune.rpc.worker.ServiceAddress;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which service a worker serves, and with what it is known there. */
final class ServiceOption {
  /** A token has some 50 characters; what is longer is another file. */
  private static final long MAX_TOKEN_BYTES = 4096;

  @Option(
      names = "--server",
      paramLabel = "URL",
      required = true,
      description = "The service: http://HOST:8470, or https:// where it has a certificate.")
  private String server = "";

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      required = true,
      description = "File that holds the token; its role must be measure or admin.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "PEM file of the authority that signed the service's certificate.")
  private @Nullable Path ca;

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description = "PEM file of this worker's certificate, where the service asks for one.")
  private @Nullable Path certificate;

  @Option(names = "--key", paramLabel = "FILE", description = "PEM file of its private key.")
  private @Nullable Path key;

  /** The service asked for; every file named is there and can be read. */
  ServiceAddress address() {
    Path shown = certificate;
    Path secret = key;
    if ((shown == null) != (secret == null)) {
      throw new UsageException(
          "%s is given alone. Mend: give --cert and --key together"
              .formatted(shown == null ? "--key" : "--cert"));
    }
    requireReadable("--ca", ca);
    requireReadable("--cert", shown);
    requireReadable("--key", secret);
    try {
      return new ServiceAddress(
          new URI(server),
          Optional.ofNullable(ca),
          shown == null || secret == null
              ? Optional.empty()
              : Optional.of(new ServiceAddress.Identity(shown, secret)));
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new UsageException("--server: " + e.getMessage(), e);
    }
  }

  /** The token; read anew each time. */
  String token() {
    Path file = tokenFile;
    if (file == null) {
      throw new UsageException("--token-file is missing");
    }
    try {
      if (Files.size(file) > MAX_TOKEN_BYTES) {
        throw new UsageException("%s holds no token: it is too long".formatted(file));
      }
      String token = Files.readString(file).strip();
      if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
        throw new UsageException(
            "%s holds no token. Mend: put the one line in that the service gave out"
                .formatted(file));
      }
      return token;
    } catch (IOException e) {
      throw new UsageException(
          "token file %s can't be read: %s. Mend: give the file that the service's administrator gave out"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  private static void requireReadable(String option, @Nullable Path file) {
    if (file != null && !Files.isReadable(file)) {
      throw new UsageException(
          "%s: %s can't be read. Mend: give a PEM file".formatted(option, file));
    }
  }
}
