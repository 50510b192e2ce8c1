package dev.octune.kernels.reference;

import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.Workload;
import java.util.Arrays;
import java.util.List;

/**
 * How operands are filled over their declared ranges. The native runner makes the same bytes from
 * the same numbers, so that operands never travel.
 *
 * <p>Element i of a tensor with values [min, max] is a function of (seed, stream, i) alone: let h =
 * mix(seed + stream · 0x9E3779B97F4A7C15 + ⌊i / 4⌋), mix the SplitMix64 finalizer (Steele, Lea,
 * Flood 2014), and r the 16-bit lane i mod 4 of h (lane 0 lowest). All arithmetic modulo 2^64.
 */
public enum Fill {
  /** min + ⌊r · (max − min + 1) / 2^16⌋. */
  RANDOM(0, 0, 0),
  /** Each element one of min and max, by the lowest bit of r. */
  EXTREMES(1, 1, 1),
  /** All activations max, all weights max. */
  MAX_MAX(2, 3, 3),
  /** All activations max, all weights min. */
  MAX_MIN(3, 3, 2),
  /** Element i is max for even i and min for odd i, in both tensors. */
  ALTERNATING(4, 4, 4),
  /** All activations min, all weights min. */
  MIN_MIN(5, 2, 2);

  /** Stream number of the activation tensor. */
  public static final int ACT_STREAM = 1;

  /** Stream number of the weight tensor. */
  public static final int WGT_STREAM = 2;

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  static final int PATTERN_RANDOM = 0;
  static final int PATTERN_EXTREMES = 1;
  static final int PATTERN_MIN = 2;
  static final int PATTERN_MAX = 3;

  private final int wireCode;
  private final int actPattern;
  private final int wgtPattern;

  Fill(int wireCode, int actPattern, int wgtPattern) {
    this.wireCode = wireCode;
    this.actPattern = actPattern;
    this.wgtPattern = wgtPattern;
  }

  public static final List<Fill> ALL = List.of(values());

  /** The name in logs, records and repro lines. */
  public String text() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /** The number that the runner knows this fill by. */
  public int wireCode() {
    return wireCode;
  }

  /** Pattern of the activations: 0 random, 1 extremes, 2 all min, 3 all max, 4 alternating. */
  public int actPattern() {
    return actPattern;
  }

  /** Pattern of the weights, numbered as {@link #actPattern}. */
  public int wgtPattern() {
    return wgtPattern;
  }

  /** Plain activations u8 of the workload. */
  public byte[] activations(Workload workload, long seed) {
    Numerics numerics = workload.numerics();
    return fill(
        actPattern,
        seed,
        ACT_STREAM,
        Math.toIntExact(workload.actElements()),
        numerics.act().min(),
        numerics.act().max());
  }

  /** Plain weights of the workload, s8 or u8 as stored. */
  public byte[] weights(Workload workload, long seed) {
    Numerics numerics = workload.numerics();
    return fill(
        wgtPattern,
        seed,
        WGT_STREAM,
        Math.toIntExact(workload.wgtElements()),
        numerics.wgt().min(),
        numerics.wgt().max());
  }

  /** What turns the workload's sums into codes, of some use where its output is requantized. */
  public Requantization requantization(Workload workload, long seed) {
    return new RequantizationFill(workload, this, seed).make();
  }

  private static byte[] fill(int pattern, long seed, int stream, int count, int min, int max) {
    byte[] bytes = new byte[count];
    switch (pattern) {
      case PATTERN_MIN -> Arrays.fill(bytes, (byte) min);
      case PATTERN_MAX -> Arrays.fill(bytes, (byte) max);
      case PATTERN_RANDOM, PATTERN_EXTREMES -> {
        for (int i = 0; i < count; i++) {
          int r = (int) (random(seed, stream, i / 4) >>> (16 * (i % 4))) & 0xFFFF;
          bytes[i] =
              (byte)
                  (pattern == PATTERN_RANDOM
                      ? min + ((r * (max - min + 1)) >>> 16)
                      : (r & 1) == 0 ? min : max);
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          bytes[i] = (byte) (i % 2 == 0 ? max : min);
        }
      }
    }
    return bytes;
  }

  /** 64 random bits, a function of these numbers alone. */
  static long random(long seed, int stream, long index) {
    return mix(seed + stream * GOLDEN + index);
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
