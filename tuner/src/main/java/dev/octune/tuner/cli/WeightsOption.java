package dev.octune.tuner.cli;

import dev.octune.workers.weights.WeightFolder;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which weights kernels are measured on. */
final class WeightsOption {
  private static final String RANDOM = "random";
  private static final String REAL = "real";

  @Option(
      names = "--weights",
      paramLabel = "random|real",
      defaultValue = RANDOM,
      description =
          "random (default): a kernel serves any weights of its class; real: one task a layer, on"
              + " the model's own weights, with kernels made for these.")
  private String weights = RANDOM;

  /** Where layers' own weights are kept; empty for random ones. */
  Optional<WeightFolder> real() {
    return switch (weights) {
      case RANDOM -> Optional.empty();
      case REAL -> Optional.of(Wiring.weights());
      default ->
          throw new UsageException(
              "--weights is '%s'. Mend: use random or real".formatted(weights));
    };
  }
}
