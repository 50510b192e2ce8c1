package dev.octune.tuner.task;

import dev.octune.kernels.workload.Workload;
import java.util.List;

/**
 * A workload of a network with the layers that need it.
 *
 * @param uses how often one inference runs it; at least 1
 * @param layers names of those layers; empty for a workload given as text
 */
public record TuningTask(Workload workload, int uses, List<String> layers) {
  public TuningTask {
    if (uses < 1) {
      throw new IllegalArgumentException("uses is " + uses + ", must be at least 1");
    }
    layers = List.copyOf(layers);
  }
}
