package dev.octune.tuner.cli;

import dev.octune.tuner.task.Outputs;
import picocli.CommandLine.Option;

/** What leaves the kernels of a model's layers. */
final class OutOption {
  @Option(
      names = "--out",
      paramLabel = "OUT",
      defaultValue = "s32",
      description =
          "What kernels of a model's layers end in: s32 (default), raw sums; requantized, codes"
              + " rounded as the format's usual kernels do; requantized-reference, as its reference"
              + " kernels do.")
  private String text = Outputs.SUMS.text();

  Outputs outputs() {
    return Outputs.of(text)
        .orElseThrow(
            () ->
                new UsageException(
                    "--out is '%s'. Mend: use one of %s".formatted(text, Outputs.texts())));
  }
}
