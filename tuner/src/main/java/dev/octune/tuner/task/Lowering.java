package dev.octune.tuner.task;

import dev.octune.kernels.workload.Workload;
import java.util.Optional;

/** What became of an operator. */
sealed interface Lowering {
  /**
   * It is a layer that a workload describes.
   *
   * @param weights empty where they are computed
   */
  record Lowered(Workload workload, Optional<PlainWeights> weights) implements Lowering {}

  /** It is a layer, but no workload describes it. */
  record Missed(String reason) implements Lowering {}

  /** It holds no multiply-adds on weights or between activations. */
  record NotALayer() implements Lowering {}
}
