package dev.octune.tuner.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.PropertiesDefaultProvider;

/** A file of settings: a command's options without their dashes, for what its line leaves out. */
final class SettingsOption {
  private static final String NAME = "--config";

  /** Settings are some lines; a larger file is something else. */
  private static final long MAX_BYTES = 64 << 10;

  @Option(
      names = NAME,
      paramLabel = "FILE",
      description =
          "Properties file with these options, written without dashes (listen=127.0.0.1:8470); the"
              + " command line goes before it.")
  private @Nullable Path file;

  @Override
  public String toString() {
    return NAME + "=" + file;
  }

  /** The file that a command line names; it is read before the line is. */
  static Optional<Path> named(List<String> arguments) {
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.equals(NAME) && i + 1 < arguments.size()) {
        return Optional.of(Path.of(arguments.get(i + 1)));
      }
      if (argument.startsWith(NAME + "=")) {
        return Optional.of(Path.of(argument.substring(NAME.length() + 1)));
      }
    }
    return Optional.empty();
  }

  /**
   * What a file says of a command's options.
   *
   * @throws UsageException where it can't be read or names what is no option
   */
  static IDefaultValueProvider read(Path file, CommandSpec command) {
    Properties settings = new Properties();
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new UsageException(
            "Settings %s have more than %d bytes. Mend: name a properties file"
                .formatted(file, MAX_BYTES));
      }
      try (Reader reader = Files.newBufferedReader(file)) {
        settings.load(reader);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new UsageException(
          "Settings %s can't be read: %s. Mend: name a readable properties file in UTF-8"
              .formatted(file, e),
          e);
    }
    for (String name : new TreeSet<>(settings.stringPropertyNames())) {
      if (command.findOption("--" + name) == null || NAME.equals("--" + name)) {
        throw new UsageException(
            "Settings %s: '%s' is no option of octune %s. Mend: see octune %s --help"
                .formatted(file, name, command.name(), command.name()));
      }
    }
    return new PropertiesDefaultProvider(settings);
  }
}
