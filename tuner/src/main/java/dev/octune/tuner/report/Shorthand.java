package dev.octune.tuner.report;

import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.Window;
import dev.octune.kernels.workload.Workload;

/** A workload in few characters, for a table's first column; not parsed by anything. */
final class Shorthand {
  private Shorthand() {}

  /** For example {@code conv 64×56×56→64 3×3} or {@code dense 16×768→768}. */
  static String of(Workload workload) {
    return switch (workload) {
      case Conv2d c ->
          "conv %d×%d×%d→%d %s%s%s"
              .formatted(
                  c.ic(),
                  c.window().ih(),
                  c.window().iw(),
                  c.oc(),
                  taps(c.window()),
                  c.groups() == 1 ? "" : " g" + c.groups(),
                  ranges(workload));
      case DepthwiseConv2d d ->
          "depthwise %d×%d×%d%s %s%s"
              .formatted(
                  d.c(),
                  d.window().ih(),
                  d.window().iw(),
                  d.m() == 1 ? "" : " ×" + d.m(),
                  taps(d.window()),
                  ranges(workload));
      case Dense d -> "dense %d×%d→%d%s".formatted(d.m(), d.k(), d.n(), ranges(workload));
      case BatchMatmul b ->
          "matmul %d·%d×%d×%d%s".formatted(b.b(), b.m(), b.k(), b.n(), ranges(workload));
    };
  }

  private static String taps(Window window) {
    String taps = window.kh() + "×" + window.kw();
    return window.strideH() == 1 && window.strideW() == 1
        ? taps
        : taps
            + "/"
            + window.strideH()
            + (window.strideH() == window.strideW() ? "" : "," + window.strideW());
  }

  private static String ranges(Workload workload) {
    Numerics numerics = workload.numerics();
    return " %s·%s%s%s"
        .formatted(
            numerics.act().text(),
            numerics.wgt().text(),
            numerics.wgt().signed() ? "" : "−" + numerics.wzp(),
            numerics.out().isRequantized()
                ? " ⇒ " + numerics.out().text().replace("round=", "")
                : "");
  }
}
