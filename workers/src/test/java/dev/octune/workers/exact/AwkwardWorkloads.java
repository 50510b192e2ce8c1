package dev.octune.workers.exact;

import dev.octune.kernels.workload.ActRange;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Shapes on which vector code goes wrong: ones, primes, a lane more or less, uneven borders. */
final class AwkwardWorkloads {
  private static final List<Integer> EXTENTS = List.of(1, 2, 3, 5, 7, 8, 9, 13, 14, 17, 23);
  private static final List<Integer> CHANNELS =
      List.of(1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 31, 32, 33, 47, 64, 65);
  private static final List<Integer> DEPTHS =
      List.of(1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 64, 65, 127, 256, 300);
  private static final List<Integer> TAPS = List.of(1, 1, 2, 3, 3, 3, 5, 7);
  private static final List<Integer> STRIDES = List.of(1, 1, 1, 2, 2, 3);
  private static final List<Integer> DILATIONS = List.of(1, 1, 1, 2, 3);
  private static final List<Integer> MULTIPLIERS = List.of(1, 1, 1, 2, 3, 8, 9);
  private static final List<Integer> AZPS = List.of(0, 1, 211, 255);
  private static final List<WgtRange> WGTS =
      List.of(
          WgtRange.S8, WgtRange.S8, WgtRange.S8_127, WgtRange.S8_64, WgtRange.S8_32, WgtRange.U8);

  /** Sums, and codes of either type and rounding. */
  private static final List<Output> OUTPUTS =
      List.of(
          Output.S32,
          Output.S32,
          Output.S32,
          Output.S32,
          Output.U8_DOUBLE,
          Output.U8_SINGLE,
          Output.S8_DOUBLE,
          Output.S8_SINGLE);

  /**
   * Layers of published networks, small enough for an emulator, that have broken kernels before.
   */
  private static final List<String> PUBLISHED =
      List.of(
          "depthwise_conv2d_NCHWc_int8 n=1 c=1 ih=25 iw=20 m=8 kh=10 kw=8 stride=2,2 pad=4,3,5,3"
              + " dilation=1,1 act=u8 azp=128 wgt=s8 out=s32",
          "depthwise_conv2d_NCHWc_int8 n=1 c=64 ih=13 iw=5 m=1 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
              + " dilation=1,1 act=u8 azp=128 wgt=s8[-127,127] out=s32",
          "conv2d_NCHWc_int8 n=1 ic=1 ih=25 iw=10 oc=64 kh=10 kw=4 stride=2,2 pad=4,1,5,1"
              + " dilation=1,1 act=u8 azp=211 wgt=s8[-127,127] out=s32",
          "conv2d_NCHWc_int8 n=1 ic=3 ih=16 iw=16 oc=8 kh=3 kw=3 stride=2,2 pad=0,0,1,1"
              + " dilation=1,1 act=u8 azp=128 wgt=u8 wzp=157 out=s32",
          "conv2d_NCHWc_int8 n=1 ic=16 ih=8 iw=8 oc=16 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
              + " dilation=1,1 act=u8 wgt=s8[-64,64] out=s32",
          "dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32",
          "dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s8 round=double",
          "conv2d_NCHWc_int8 n=1 ic=3 ih=17 iw=17 oc=16 kh=7 kw=7 stride=2,2 pad=3,3,3,3"
              + " dilation=1,1 act=u8 azp=114 wgt=s8 out=u8 round=single",
          "depthwise_conv2d_NCHWc_int8 n=1 c=32 ih=9 iw=9 m=1 kh=3 kw=3 stride=2,2 pad=0,0,1,1"
              + " dilation=1,1 act=u8[0,127] wgt=s8[-127,127] out=s8 round=double",
          "batch_matmul_int8 b=2 m=9 k=33 n=16 act=u8 wgt=u8 wzp=131 out=s8 round=double",
          "batch_matmul_int8 b=2 m=16 k=64 n=17 act=u8 wgt=s8 out=s32");

  private AwkwardWorkloads() {}

  /**
   * The published ones and then random ones.
   *
   * @param maxMacs multiply-adds of the random ones
   */
  static List<Workload> draw(SplittableRandom random, int count, long maxMacs) {
    List<Workload> drawn = new ArrayList<>();
    PUBLISHED.forEach(text -> drawn.add(Workload.parse(text)));
    while (drawn.size() < count) {
      Workload workload = one(random, drawn.size() % 4);
      if (workload.macs() <= maxMacs) {
        drawn.add(workload);
      }
    }
    return drawn.subList(0, count);
  }

  private static Workload one(SplittableRandom random, int operator) {
    int images = random.nextInt(4) == 0 ? 2 : 1;
    return switch (operator) {
      case 0 -> {
        int groups = random.nextInt(6) == 0 ? 2 : 1;
        yield new Conv2d(
            images,
            groups * any(random, CHANNELS),
            groups * any(random, CHANNELS),
            window(random),
            groups,
            numerics(random));
      }
      case 1 ->
          new DepthwiseConv2d(
              images,
              any(random, CHANNELS),
              any(random, MULTIPLIERS),
              window(random),
              numerics(random));
      case 2 ->
          new Dense(
              any(random, EXTENTS), any(random, DEPTHS), any(random, CHANNELS), numerics(random));
      default ->
          new BatchMatmul(
              1 + random.nextInt(3),
              any(random, EXTENTS),
              any(random, DEPTHS),
              any(random, CHANNELS),
              numerics(random));
    };
  }

  private static Window window(SplittableRandom random) {
    while (true) {
      Padding pad =
          random.nextInt(3) == 0
              ? Padding.NONE
              : new Padding(
                  random.nextInt(4), random.nextInt(4), random.nextInt(4), random.nextInt(4));
      try {
        return new Window(
            any(random, EXTENTS),
            any(random, EXTENTS),
            any(random, TAPS),
            any(random, TAPS),
            any(random, STRIDES),
            any(random, STRIDES),
            pad,
            any(random, DILATIONS),
            any(random, DILATIONS));
      } catch (IllegalArgumentException _) {
        // The kernel spans more than the padded input: draw again.
      }
    }
  }

  private static Numerics numerics(SplittableRandom random) {
    WgtRange wgt = any(random, WGTS);
    return new Numerics(
        random.nextInt(3) == 0 ? ActRange.U8_0_127 : ActRange.U8,
        any(random, AZPS),
        wgt,
        wgt.signed() ? 0 : random.nextInt(256),
        any(random, OUTPUTS),
        Optional.empty());
  }

  private static <T> T any(SplittableRandom random, List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
