package dev.octune.tuner.graph;

import java.util.List;

/**
 * The affine map of a tensor: real = scale · (code − zero point), for the whole tensor or for each
 * index of one axis.
 *
 * @param scales one, or one per index of the axis; as they stand in the file, so possibly 0 or NaN
 * @param zeroPoints as many as scales, in codes of the tensor's own type
 * @param axis axis of the scales where there is more than one
 */
public record Quantization(List<Float> scales, List<Long> zeroPoints, int axis) {
  public Quantization {
    scales = List.copyOf(scales);
    zeroPoints = List.copyOf(zeroPoints);
    if (scales.isEmpty() || scales.size() != zeroPoints.size()) {
      throw new IllegalArgumentException(
          "%d scales with %d zero points".formatted(scales.size(), zeroPoints.size()));
    }
  }

  public boolean isPerTensor() {
    return scales.size() == 1;
  }

  /** True where all channels share one zero point. */
  public boolean hasOneZeroPoint() {
    return zeroPoints.stream().distinct().count() == 1;
  }
}
