package dev.octune.tuner.cli;

import picocli.CommandLine.Option;

/** Which log format; there is one. */
final class FormatOption {
  private static final String OCTUNE = "octune";

  @Option(
      names = "--format",
      paramLabel = "NAME",
      defaultValue = OCTUNE,
      description = "octune: JSON lines with a header and checksums (default).")
  private String format = OCTUNE;

  void check() {
    if (!format.equals(OCTUNE)) {
      throw new UsageException(
          "Format '%s' is not known. Mend: use --format %s".formatted(format, OCTUNE));
    }
  }
}
