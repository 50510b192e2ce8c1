package dev.octune.tuner.cli;

import dev.octune.workers.run.Connection;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the machine that runs kernels is reached. */
final class ConnectOption {
  @Option(
      names = "--connect",
      paramLabel = "COMMAND",
      description =
          "Command that runs the native runner elsewhere, its path appended: 'qemu-aarch64 -cpu"
              + " max'. Without it kernels run here.")
  private @Nullable String command;

  boolean isGiven() {
    return command != null;
  }

  /** Where {@link #isGiven}. */
  Connection resolve() {
    return Connection.parse(Objects.requireNonNull(command));
  }
}
