package dev.octune.tuner.task;

import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Output;
import dev.octune.kernels.workload.Workload;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What leaves the kernels of a network's layers. Which operator of which format rounds how, and the
 * sources: docs/adr/0013-requantized-outputs.md. Codes are u8 as all activations inside are: an s8
 * tensor's codes plus 128, its zero point and clamp with them.
 */
public enum Outputs {
  /** Raw sums; requantizing is somebody else's. */
  SUMS("s32"),
  /** Codes as the format's usual kernels round them. For TFLite those are its optimized ones. */
  REQUANTIZED("requantized"),
  /** Codes as the format's reference kernels round them. */
  REFERENCE("requantized-reference");

  private final String text;

  Outputs(String text) {
    this.text = text;
  }

  /** As the command line names it. */
  public String text() {
    return text;
  }

  /** The one that the command line names so. */
  public static Optional<Outputs> of(String text) {
    return Arrays.stream(values()).filter(outputs -> outputs.text.equals(text)).findFirst();
  }

  /** All names, for whoever named none of them. */
  public static String texts() {
    return Arrays.stream(values()).map(Outputs::text).collect(Collectors.joining(", "));
  }

  /** What leaves the kernel of a layer of a TFLite file. */
  Output of(Workload layer) {
    return switch (this) {
      case SUMS -> Output.S32;
      case REQUANTIZED -> isMultipliedByRuy(layer) ? Output.U8_SINGLE : Output.U8_DOUBLE;
      case REFERENCE -> Output.U8_DOUBLE;
    };
  }

  /** TFLite's optimized kernels give everything but depthwise and grouped convolution to ruy. */
  private static boolean isMultipliedByRuy(Workload layer) {
    return switch (layer) {
      case Conv2d conv -> conv.groups() == 1;
      case DepthwiseConv2d _ -> false;
      case Dense _, BatchMatmul _ -> true;
    };
  }
}
