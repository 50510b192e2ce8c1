package dev.octune.tuner.cli;

import picocli.CommandLine.Option;

/** What every command takes. */
final class CommonOptions {
  @Option(names = "--json", description = "Print one JSON object on stdout instead of text.")
  private boolean json;

  @Option(names = "--debug", description = "Print stack traces of errors.")
  private boolean debug;

  boolean json() {
    return json;
  }

  boolean debug() {
    return debug;
  }
}
