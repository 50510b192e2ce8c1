package dev.octune.tuner.cli;

import picocli.CommandLine.Option;

/** Whether a program reads the answer. */
final class JsonOption {
  @Option(names = "--json", description = "Print one JSON object on stdout instead of text.")
  private boolean json;

  boolean asked() {
    return json;
  }
}
