package dev.octune.kernels.reference;

/**
 * How an s32 is multiplied by a Q31 multiplier and a power of two: multiplier · 2^(shift − 31), as
 * the two roundings in use define it. Sources and their differences:
 * docs/adr/0013-requantized-outputs.md.
 *
 * <p>Where the exact result does not fit, both keep what TensorFlow Lite's functions keep when they
 * are compiled without checks: the low 32 bits.
 */
public final class FixedPoint {
  /** The least shift: a right shift by 31. */
  public static final int MIN_SHIFT = -31;

  /** The largest shift: a left shift by 30. */
  public static final int MAX_SHIFT = 30;

  private FixedPoint() {}

  /**
   * TensorFlow Lite's double-rounding MultiplyByQuantizedMultiplier: shifted left modulo 2^32, then
   * {@link #doublingHighMul}, then {@link #dividedByPowerOfTwo}.
   */
  public static int roundedTwice(int x, int multiplier, int shift) {
    checkShift(shift);
    int left = Math.max(shift, 0);
    int right = Math.max(-shift, 0);
    return dividedByPowerOfTwo(doublingHighMul(x << left, multiplier), right);
  }

  /**
   * TensorFlow Lite's single-rounding MultiplyByQuantizedMultiplier: ⌊x · multiplier · 2^(shift −
   * 31) + 1/2⌋ modulo 2^32, so ties go up.
   */
  public static int roundedOnce(int x, int multiplier, int shift) {
    checkShift(shift);
    int right = 31 - shift;
    return (int) (((long) x * multiplier + (1L << (right - 1))) >> right);
  }

  /**
   * gemmlowp's SaturatingRoundingDoublingHighMul: a · b / 2^31 rounded to nearest, ties up; −2^31 ·
   * −2^31 gives 2^31 − 1.
   *
   * <p>gemmlowp adds 2^30, or 1 − 2^30 below zero, and divides towards zero; that is this floor.
   */
  public static int doublingHighMul(int a, int b) {
    boolean overflows = a == Integer.MIN_VALUE && b == Integer.MIN_VALUE;
    return overflows ? Integer.MAX_VALUE : (int) (((long) a * b + (1L << 30)) >> 31);
  }

  /**
   * gemmlowp's RoundingDivideByPOT: x / 2^exponent rounded to nearest, ties away from zero.
   *
   * @param exponent in [0, 31]
   */
  public static int dividedByPowerOfTwo(int x, int exponent) {
    int mask = (int) ((1L << exponent) - 1);
    int threshold = (mask >> 1) + (x < 0 ? 1 : 0);
    return (x >> exponent) + ((x & mask) > threshold ? 1 : 0);
  }

  private static void checkShift(int shift) {
    if (shift < MIN_SHIFT || shift > MAX_SHIFT) {
      throw new IllegalArgumentException(
          "shift is %d, must be in [%d, %d]".formatted(shift, MIN_SHIFT, MAX_SHIFT));
    }
  }
}
