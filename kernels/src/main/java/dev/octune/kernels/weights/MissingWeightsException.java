package dev.octune.kernels.weights;

/** Weights that a workload names by hash are not at hand, or are not those of that workload. */
public final class MissingWeightsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public MissingWeightsException(String message) {
    super(message);
  }
}
