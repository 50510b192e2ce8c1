package dev.octune.tuner.cli;

import dev.octune.rpc.worker.ServiceAddress.Identity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** With what a worker is known where the service asks for a certificate. */
final class ClientCertificateOption {
  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description = "PEM file of this worker's certificate, where the service asks for one.")
  private @Nullable Path certificate;

  @Option(names = "--key", paramLabel = "FILE", description = "PEM file of its private key.")
  private @Nullable Path key;

  /** Both files, there and readable. */
  Optional<Identity> identity() {
    Path shown = certificate;
    Path secret = key;
    if (shown == null && secret == null) {
      return Optional.empty();
    }
    if (shown == null || secret == null) {
      throw new UsageException(
          "%s is given alone. Mend: give --cert and --key together"
              .formatted(shown == null ? "--key" : "--cert"));
    }
    requireReadable("--cert", shown);
    requireReadable("--key", secret);
    return Optional.of(new Identity(shown, secret));
  }

  /** Refuses a file that is not there. */
  static void requireReadable(String option, Path file) {
    if (!Files.isReadable(file)) {
      throw new UsageException(
          "%s: %s can't be read. Mend: give a PEM file".formatted(option, file));
    }
  }
}
