package dev.octune.tuner.peer;

import dev.octune.kernels.workload.ActRange;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.Padding;
import dev.octune.kernels.workload.WgtRange;
import dev.octune.kernels.workload.Window;
import dev.octune.kernels.workload.Workload;
import java.util.List;
import java.util.stream.Stream;

/**
 * The sets of {@code octune bench}. Convolutions are ResNet-50's layers, depthwise ones MobileNet
 * v1's, dense layers ResNet-50's last and BERT-base's.
 */
public final class Goals {
  public static final String EXACT = "exact";
  public static final String S64 = "s64";
  public static final String DEPTHWISE = "depthwise";
  public static final String DENSE = "dense";
  public static final String REAL = "real";
  public static final String THREADS = "threads";
  public static final List<String> SETS = List.of(EXACT, S64, DEPTHWISE, DENSE, REAL, THREADS);

  /** Layers of real models below this are over before they began. */
  private static final long MIN_REAL_MACS = 1_000_000;

  /** Above it two threads must nearly halve the time. */
  private static final long MIN_SPLIT_MACS = 20_000_000;

  private Goals() {}

  /** Of a layer on its own weights: where channels may be re-paired, and where they may not. */
  private static final double REAL_RATIO = 1.0;

  private static final double REAL_IN_FILE_ORDER_RATIO = 0.92;

  /**
   * The goals of a set.
   *
   * @param inputs workloads from models; only {@link #REAL} takes any
   * @param inFileOrder true where kernels leave channels in the order of the model
   */
  public static List<Goal> of(String set, List<Workload> inputs, boolean inFileOrder) {
    return switch (set) {
      case EXACT ->
          List.of(new Goal(set, "any weights", Baseline.FASTEST_EXACT, 1.08, seventeen()));
      case S64 ->
          List.of(
              new Goal(
                  set,
                  "wgt=s8[-64,64]",
                  Baseline.ONEDNN,
                  1.0,
                  ranged(Numerics.FULL.withRanges(ActRange.U8, WgtRange.S8_64))),
              new Goal(
                  set,
                  "wgt=s8[-64,64] act=u8[0,127]",
                  Baseline.ONEDNN,
                  1.2,
                  ranged(Numerics.FULL.withRanges(ActRange.U8_0_127, WgtRange.S8_64))));
      case DEPTHWISE ->
          List.of(
              new Goal(
                  set,
                  "depthwise",
                  Baseline.ONEDNN,
                  1.3,
                  List.of(
                      depthwise(32, 112, 1),
                      depthwise(64, 112, 2),
                      depthwise(128, 56, 1),
                      depthwise(256, 28, 1),
                      depthwise(512, 14, 1),
                      depthwise(1024, 7, 1))));
      case DENSE ->
          List.of(
              new Goal(
                  set,
                  "m=1",
                  Baseline.ONNXRUNTIME_EXACT,
                  1.3,
                  List.of(dense(1, 2048, 1000), dense(1, 768, 768), dense(1, 768, 3072))),
              new Goal(
                  set,
                  "m=16",
                  Baseline.ONNXRUNTIME_EXACT,
                  1.0,
                  List.of(dense(16, 768, 768), dense(16, 768, 3072))),
              new Goal(
                  set,
                  "m=128",
                  Baseline.ONNXRUNTIME_EXACT,
                  1.05,
                  List.of(dense(128, 768, 768), dense(128, 768, 3072), dense(128, 3072, 768))));
      case REAL ->
          List.of(
              new Goal(
                  set,
                  inFileOrder
                      ? "layers of models on their own weights, channels in the file's order"
                      : "layers of models on their own weights",
                  Baseline.ONEDNN,
                  inFileOrder ? REAL_IN_FILE_ORDER_RATIO : REAL_RATIO,
                  inputs.stream().filter(Goals::isOfRealSet).toList()));
      case THREADS ->
          List.of(
              new Goal(
                  set,
                  "convolutions above 20 MMAC",
                  Baseline.ONE_THREAD,
                  1.9,
                  convolutions(Numerics.FULL)
                      .filter(conv -> conv.macs() >= MIN_SPLIT_MACS)
                      .toList()));
      default ->
          throw new IllegalArgumentException(
              "set '%s' is none of %s".formatted(set, String.join(", ", SETS)));
    };
  }

  private static boolean isOfRealSet(Workload workload) {
    return workload instanceof Conv2d conv
        && conv.macs() >= MIN_REAL_MACS
        && conv.window().kh() == conv.window().kw()
        && (conv.window().kh() == 1 || conv.window().kh() == 3);
  }

  private static List<Workload> seventeen() {
    return Stream.concat(
            convolutions(Numerics.FULL),
            Stream.of(
                depthwise(32, 112, 1),
                depthwise(512, 14, 1),
                dense(1, 2048, 1000),
                dense(16, 768, 768),
                dense(128, 768, 3072)))
        .toList();
  }

  private static List<Workload> ranged(Numerics numerics) {
    return convolutions(numerics).toList();
  }

  private static Stream<Workload> convolutions(Numerics numerics) {
    return Stream.of(
        conv(3, 224, 64, 7, 2, numerics),
        conv(64, 56, 64, 1, 1, numerics),
        conv(64, 56, 64, 3, 1, numerics),
        conv(64, 56, 256, 1, 1, numerics),
        conv(256, 56, 64, 1, 1, numerics),
        conv(256, 56, 128, 1, 2, numerics),
        conv(128, 28, 128, 3, 1, numerics),
        conv(128, 28, 512, 1, 1, numerics),
        conv(256, 14, 256, 3, 1, numerics),
        conv(256, 14, 1024, 1, 1, numerics),
        conv(512, 7, 512, 3, 1, numerics),
        conv(2048, 7, 512, 1, 1, numerics));
  }

  private static Workload conv(
      int ic, int extent, int oc, int taps, int stride, Numerics numerics) {
    return new Conv2d(1, ic, oc, window(extent, taps, stride), 1, numerics);
  }

  private static Workload depthwise(int channels, int extent, int stride) {
    return new DepthwiseConv2d(1, channels, 1, window(extent, 3, stride), Numerics.FULL);
  }

  private static Workload dense(int m, int k, int n) {
    return new Dense(m, k, n, Numerics.FULL);
  }

  /** A square input, padded so that stride 1 keeps its extent. */
  private static Window window(int extent, int taps, int stride) {
    int pad = taps / 2;
    return new Window(
        extent, extent, taps, taps, stride, stride, new Padding(pad, pad, pad, pad), 1, 1);
  }
}
