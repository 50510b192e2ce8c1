package dev.octune.kernels.workload;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Seeded workloads of awkward small shapes, every operator and number class among them. */
public final class RandomWorkloads {
  private static final List<Integer> AZPS = List.of(0, 1, 128, 211, 255);

  private static final List<WgtRange> WGTS = List.of(WgtRange.values());

  private RandomWorkloads() {}

  /** A workload of at most some thousand multiply-adds, out=s32. */
  public static Workload small(SplittableRandom random) {
    return switch (random.nextInt(4)) {
      case 0 -> {
        int groups = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 1;
        yield new Conv2d(
            1 + random.nextInt(2),
            groups * (1 + random.nextInt(6)),
            groups * (1 + random.nextInt(6)),
            window(random),
            groups,
            numerics(random));
      }
      case 1 ->
          new DepthwiseConv2d(
              1 + random.nextInt(2),
              1 + random.nextInt(9),
              1 + random.nextInt(3),
              window(random),
              numerics(random));
      case 2 ->
          new Dense(
              1 + random.nextInt(5),
              1 + random.nextInt(70),
              1 + random.nextInt(20),
              numerics(random));
      default ->
          new BatchMatmul(
              1 + random.nextInt(3),
              1 + random.nextInt(5),
              1 + random.nextInt(40),
              1 + random.nextInt(20),
              numerics(random));
    };
  }

  /** A window over at most 12 × 12 positions, with padding and dilation that may be uneven. */
  public static Window window(SplittableRandom random) {
    while (true) {
      int kh = 1 + random.nextInt(4);
      int kw = 1 + random.nextInt(4);
      Padding pad =
          random.nextInt(3) == 0
              ? Padding.NONE
              : new Padding(
                  random.nextInt(3), random.nextInt(3), random.nextInt(3), random.nextInt(3));
      try {
        return new Window(
            1 + random.nextInt(12),
            1 + random.nextInt(12),
            kh,
            kw,
            1 + random.nextInt(3),
            1 + random.nextInt(3),
            pad,
            1 + random.nextInt(2),
            1 + random.nextInt(2));
      } catch (IllegalArgumentException _) {
        // The kernel spans more than the padded input: draw again.
      }
    }
  }

  static Numerics numerics(SplittableRandom random) {
    WgtRange wgt = WGTS.get(random.nextInt(WGTS.size()));
    return new Numerics(
        random.nextBoolean() ? ActRange.U8 : ActRange.U8_0_127,
        AZPS.get(random.nextInt(AZPS.size())),
        wgt,
        wgt.signed() ? 0 : random.nextInt(256),
        Output.S32,
        Optional.empty());
  }
}
