package dev.octune.workers.exact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.target.Host;
import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.Output;
import dev.octune.kernels.workload.Padding;
import dev.octune.kernels.workload.WgtRange;
import dev.octune.kernels.workload.Window;
import dev.octune.kernels.workload.Workload;
import dev.octune.workers.run.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Every way an operator is used, each by its default kernel on this machine: all combinations of
 * stride, padding, dilation and groups; multipliers; stems and asymmetric kernels; rows from one to
 * hundreds; both zero points. Outputs take turns, sums and every kind of codes.
 */
final class ExactFamilyIT {
  private static final List<Integer> STRIDES = List.of(1, 2, 3);
  private static final List<Integer> DILATIONS = List.of(1, 2);
  private static final List<Padding> PADS =
      List.of(Padding.NONE, new Padding(1, 1, 1, 1), new Padding(0, 2, 1, 0));
  private static final List<Output> OUTPUTS = List.of(Output.values());

  private int turn;

  @Test
  void conv2d_everyStridePaddingDilationAndGroups_isExact() throws Exception {
    List<Workload> workloads = new ArrayList<>();
    for (int groups : List.of(1, 2, 3)) {
      forEachWindow(
          7,
          8,
          3,
          2,
          window ->
              workloads.add(new Conv2d(1, groups * 5, groups * 9, window, groups, numerics())));
    }
    prove(workloads);
  }

  @Test
  void depthwise_everyStridePaddingDilationAndMultiplier_isExact() throws Exception {
    List<Workload> workloads = new ArrayList<>();
    for (int multiplier : List.of(1, 2, 8)) {
      forEachWindow(
          7,
          8,
          3,
          2,
          window -> workloads.add(new DepthwiseConv2d(1, 17, multiplier, window, numerics())));
    }
    prove(workloads);
  }

  @Test
  void conv2d_stemsAndAsymmetricKernels_areExact() throws Exception {
    List<Workload> workloads = new ArrayList<>();
    for (Output out : OUTPUTS) {
      for (int channels : List.of(1, 3, 4)) {
        workloads.add(conv(out, channels, window(21, 7, 7, 2, new Padding(3, 3, 3, 3))));
        workloads.add(conv(out, channels, window(20, 3, 3, 2, new Padding(0, 0, 1, 1))));
      }
      workloads.add(conv(out, 20, window(9, 1, 7, 1, new Padding(0, 3, 0, 3))));
      workloads.add(conv(out, 20, window(9, 7, 1, 1, new Padding(3, 0, 3, 0))));
      workloads.add(conv(out, 33, window(7, 1, 1, 1, Padding.NONE)));
      workloads.add(conv(out, 33, window(7, 1, 1, 2, Padding.NONE)));
    }
    prove(workloads);
  }

  @Test
  void dense_fromOneRowToHundreds_isExact() throws Exception {
    List<Workload> workloads = new ArrayList<>();
    for (Output out : OUTPUTS) {
      for (int m : List.of(1, 2, 3, 4, 7, 8, 16, 31, 64, 128, 256, 512)) {
        workloads.add(new Dense(m, 100, 40, numerics().withOut(out)));
      }
      workloads.add(new Dense(1, 4096, 10, numerics().withOut(out)));
      workloads.add(new Dense(3, 1000, 17, numerics().withOut(out)));
    }
    prove(workloads);
  }

  @Test
  void batchMatmul_zeroPointsOfBothSides_isExact() throws Exception {
    List<Workload> workloads = new ArrayList<>();
    for (Output out : OUTPUTS) {
      for (int zero : List.of(0, 1, 128, 211, 255)) {
        Numerics both = Numerics.FULL.withOut(out);
        both = new Numerics(both.act(), 0, WgtRange.U8, zero, out, Optional.empty());
        workloads.add(new BatchMatmul(3, 9, 33, 17, both));
        workloads.add(new BatchMatmul(2, 1, 64, 5, both));
      }
      workloads.add(new BatchMatmul(2, 16, 31, 24, Numerics.FULL.withOut(out)));
    }
    prove(workloads);
  }

  private interface WindowUse {
    void add(Window window);
  }

  private static void forEachWindow(int ih, int iw, int kh, int kw, WindowUse use) {
    for (int strideH : STRIDES) {
      for (int strideW : STRIDES) {
        for (Padding pad : PADS) {
          for (int dilationH : DILATIONS) {
            for (int dilationW : DILATIONS) {
              use.add(new Window(ih, iw, kh, kw, strideH, strideW, pad, dilationH, dilationW));
            }
          }
        }
      }
    }
  }

  private Conv2d conv(Output out, int channels, Window window) {
    return new Conv2d(1, channels, 10, window, 1, numerics().withOut(out));
  }

  private static Window window(int extent, int kh, int kw, int stride, Padding pad) {
    return new Window(extent, extent, kh, kw, stride, stride, pad, 1, 1);
  }

  /** The next output, zero point of activations and class of weights. */
  private Numerics numerics() {
    int here = turn++;
    Output out = OUTPUTS.get(here % OUTPUTS.size());
    boolean signed = here % 3 != 0;
    return Numerics.FULL
        .withAzp(here * 37 % 256)
        .withRanges(Numerics.FULL.act(), signed ? WgtRange.S8 : WgtRange.U8)
        .withOut(out);
  }

  private static void prove(List<Workload> workloads) throws Exception {
    Proof proof = Proof.running(Host.detect().target(), Connection.HERE);
    List<String> failures = proof.failuresOfDefaults(workloads);
    assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
    assertEquals(workloads.size(), proof.checked(), "some workloads are equal");
  }
}
