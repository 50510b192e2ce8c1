package dev.octune.tuner.load;

import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.ActRange;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.Padding;
import dev.octune.kernels.workload.WgtRange;
import dev.octune.kernels.workload.Window;
import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Different layers on different machines, as many as wanted, the same for the same seed. */
final class MadeUpKeys {
  private static final List<Target> TARGETS =
      List.of(
          Target.parse("x86_64 cpu=znver3 isa=avx2 threads=1"),
          Target.parse("x86_64 cpu=znver4 isa=avx512vnni threads=1"),
          Target.parse("x86_64 cpu=cascadelake isa=avx512vnni threads=4"),
          Target.parse("x86_64 cpu=alderlake isa=avxvnni threads=1"),
          Target.parse("aarch64 cpu=cortex-a76 isa=dotprod threads=1"));

  private static final int[] EXTENTS = {7, 8, 14, 16, 28, 32, 56, 112};
  private static final int[] KERNELS = {1, 1, 3, 3, 5};
  private static final int[] ROWS = {1, 8, 16, 32, 128};
  private static final int MAX_CHANNELS = 1024;
  private static final List<WgtRange> WEIGHTS = List.of(WgtRange.S8, WgtRange.S8_127);

  private MadeUpKeys() {}

  /** A workload on a target. */
  record Key(Workload workload, Target target) {}

  static List<Key> of(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    Set<Key> keys = new LinkedHashSet<>();
    while (keys.size() < count) {
      keys.add(new Key(workload(random), TARGETS.get(random.nextInt(TARGETS.size()))));
    }
    return new ArrayList<>(keys);
  }

  private static Workload workload(SplittableRandom random) {
    Numerics numbers =
        Numerics.FULL.withRanges(ActRange.U8, WEIGHTS.get(random.nextInt(WEIGHTS.size())));
    return switch (random.nextInt(8)) {
      case 0 -> new Dense(pick(random, ROWS), channels(random), channels(random), numbers);
      case 1 -> new DepthwiseConv2d(1, channels(random), 1, window(random, 3), numbers);
      default ->
          new Conv2d(
              1,
              channels(random),
              channels(random),
              window(random, pick(random, KERNELS)),
              1,
              numbers);
    };
  }

  private static Window window(SplittableRandom random, int kernel) {
    int extent = pick(random, EXTENTS);
    int stride = 1 + random.nextInt(2);
    int pad = kernel / 2;
    return new Window(
        extent, extent, kernel, kernel, stride, stride, new Padding(pad, pad, pad, pad), 1, 1);
  }

  /** Multiples of 8 up to {@link #MAX_CHANNELS}. */
  private static int channels(SplittableRandom random) {
    return 8 * (1 + random.nextInt(MAX_CHANNELS / 8));
  }

  private static int pick(SplittableRandom random, int[] values) {
    return values[random.nextInt(values.length)];
  }
}
