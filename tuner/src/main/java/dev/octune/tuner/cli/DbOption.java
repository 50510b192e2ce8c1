package dev.octune.tuner.cli;

import dev.octune.db.TuningDb;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which tuning database. */
final class DbOption {
  @Option(
      names = "--db",
      paramLabel = "FILE",
      description = "The tuning database; default is octune/tuning in your data folder.")
  private @Nullable Path file;

  Path file() {
    return file == null ? TuningDb.defaultFile(System.getenv()) : file.toAbsolutePath();
  }

  boolean isDefault() {
    return file == null;
  }
}
