package dev.octune.kernels.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The roundings against their definitions in numbers of any size, and against vectors by hand. */
class FixedPointTest {
  private static final int MIN = Integer.MIN_VALUE;
  private static final int MAX = Integer.MAX_VALUE;
  private static final int HALF = 1 << 30;
  private static final int[] CORNERS = {
    MIN, MIN + 1, MIN + 2, -HALF - 1, -HALF, -HALF + 1, -257, -256, -255, -3, -2, -1, 0, 1, 2, 3,
    127, 128, 255, 256, 257, HALF - 1, HALF, HALF + 1, MAX - 1, MAX
  };
  private static final int[] MULTIPLIERS = {0, 1, HALF, HALF + 1, 0x55555555, MAX - 1, MAX};

  @ParameterizedTest
  @CsvSource({
    // a · b / 2^31, ties up
    "-2147483648, -2147483648, 2147483647", // 2^31 doesn't fit
    "-2147483648, 2147483647, -2147483647",
    "-2147483648, 1073741824, -1073741824",
    "2147483647, 2147483647, 2147483646",
    "1, 1073741824, 1", // 0.5
    "-1, 1073741824, 0", // −0.5
    "3, 1073741824, 2", // 1.5
    "-3, 1073741824, -1", // −1.5
    "1, 1073741823, 0", // just below 0.5
    "-1, 1073741825, -1", // just below −0.5
    "0, 2147483647, 0",
  })
  void doublingHighMul_cornerCases_areGemmlowps(int a, int b, int expected) {
    assertEquals(expected, FixedPoint.doublingHighMul(a, b));
  }

  @ParameterizedTest
  @CsvSource({
    // x / 2^exponent, ties away from zero
    "5, 1, 3", // 2.5
    "-5, 1, -3", // −2.5
    "1, 1, 1",
    "-1, 1, -1",
    "-1, 2, 0", // −0.25
    "6, 2, 2", // 1.5
    "-6, 2, -2",
    "7, 0, 7",
    "-7, 0, -7",
    "-2147483648, 31, -1",
    "2147483647, 31, 1",
    "1073741824, 31, 1", // 0.5
    "-1073741824, 31, -1", // −0.5
    "1073741823, 31, 0",
    "-2147483648, 0, -2147483648",
  })
  void dividedByPowerOfTwo_cornerCases_areGemmlowps(int x, int exponent, int expected) {
    assertEquals(expected, FixedPoint.dividedByPowerOfTwo(x, exponent));
  }

  @ParameterizedTest
  @CsvSource({
    // x, multiplier, shift, rounded twice, rounded once
    "1, 1073741824, 0, 1, 1", // 0.5: both up
    "-1, 1073741824, 0, 0, 0", // −0.5: both up
    "3, 1073741824, -1, 1, 1", // 0.75
    "1, 1073741824, -1, 1, 0", // 0.25: rounded to 1 first, then 0.5 to 1
    "-6, 1073741824, -1, -2, -1", // −1.5: away from zero; up
    "6, 1073741824, -1, 2, 2", // 1.5
    "100, 2147483647, 0, 100, 100",
    "-1073741824, 1073741824, 2, 0, -2147483648", // shifted out; just fits
    "1073741824, 1073741824, 2, 0, -2147483648", // shifted out; 2^31 keeps its low bits
    "3, 1073741824, 30, -536870912, 1610612736", // 3·2^30 wraps to −2^30; 1.5·2^30 fits
    "2147483647, 2147483647, -31, 1, 1", // just below 1
    "-2147483648, 2147483647, -31, -1, -1",
    "1073741824, 1073741824, -31, 0, 0", // 0.25
    "1073741824, 2147483647, -31, 1, 0", // just below 0.5: rounded to 2^30 first
    "5, 0, 30, 0, 0",
  })
  void scaled_goldenVectors_areThese(int x, int multiplier, int shift, int twice, int once) {
    assertEquals(twice, FixedPoint.roundedTwice(x, multiplier, shift), "twice");
    assertEquals(once, FixedPoint.roundedOnce(x, multiplier, shift), "once");
    assertEquals(twice, definedTwice(x, multiplier, shift), "definition of twice");
    assertEquals(once, definedOnce(x, multiplier, shift), "definition of once");
  }

  @Test
  void scaled_allCorners_equalTheDefinition() {
    for (int shift = FixedPoint.MIN_SHIFT; shift <= FixedPoint.MAX_SHIFT; shift++) {
      for (int x : CORNERS) {
        for (int multiplier : MULTIPLIERS) {
          assertDefined(x, multiplier, shift);
        }
      }
    }
  }

  /** (2j + 1) · 2^(s − 1) · 1/2 · 2^(1 − s) is j + 1/2 for either sign. */
  @Test
  void scaled_ties_equalTheDefinition() {
    for (int s = 1; s <= 24; s++) {
      for (int j = -64; j < 64; j++) {
        int x = (2 * j + 1) << s;
        assertEquals(j < 0 ? j : j + 1, FixedPoint.roundedTwice(x, HALF, -s), "away from zero");
        assertEquals(j + 1, FixedPoint.roundedOnce(x, HALF, -s), "up");
        assertDefined(x, HALF, -s);
        assertDefined(x + 1, HALF, -s);
        assertDefined(x - 1, HALF, -s);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void scaled_randomNumbers_equalTheDefinition(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      int x = random.nextInt() >> random.nextInt(32);
      int multiplier = random.nextBoolean() ? HALF + random.nextInt(HALF) : random.nextInt(MAX);
      assertDefined(x, multiplier, random.nextInt(FixedPoint.MIN_SHIFT, FixedPoint.MAX_SHIFT + 1));
    }
  }

  @Test
  void shift_outOfRange_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> FixedPoint.roundedOnce(1, HALF, 31));
    assertThrows(IllegalArgumentException.class, () -> FixedPoint.roundedTwice(1, HALF, -32));
  }

  private static void assertDefined(int x, int multiplier, int shift) {
    String of = "%d · %d, shift %d".formatted(x, multiplier, shift);
    assertEquals(
        definedTwice(x, multiplier, shift), FixedPoint.roundedTwice(x, multiplier, shift), of);
    assertEquals(
        definedOnce(x, multiplier, shift), FixedPoint.roundedOnce(x, multiplier, shift), of);
  }

  /** Shifted left modulo 2^32; times multiplier / 2^31, ties up, saturated; ties away from zero. */
  private static int definedTwice(int x, int multiplier, int shift) {
    int shifted = BigInteger.valueOf(x).shiftLeft(Math.max(shift, 0)).intValue();
    BigDecimal product =
        BigDecimal.valueOf(shifted)
            .multiply(BigDecimal.valueOf(multiplier))
            .divide(BigDecimal.TWO.pow(31));
    BigInteger high =
        nearestTiesUp(product).min(BigInteger.valueOf(MAX)).max(BigInteger.valueOf(MIN));
    return new BigDecimal(high)
        .divide(BigDecimal.TWO.pow(Math.max(-shift, 0)))
        .setScale(0, RoundingMode.HALF_UP) // away from zero
        .intValueExact();
  }

  /** x · multiplier / 2^(31 − shift), ties up, modulo 2^32. */
  private static int definedOnce(int x, int multiplier, int shift) {
    BigDecimal exact =
        BigDecimal.valueOf(x)
            .multiply(BigDecimal.valueOf(multiplier))
            .divide(BigDecimal.TWO.pow(31 - shift));
    return nearestTiesUp(exact).intValue();
  }

  private static BigInteger nearestTiesUp(BigDecimal exact) {
    return exact.add(new BigDecimal("0.5")).setScale(0, RoundingMode.FLOOR).toBigIntegerExact();
  }
}
