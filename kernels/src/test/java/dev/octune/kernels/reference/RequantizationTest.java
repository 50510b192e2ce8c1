package dev.octune.kernels.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.workload.Output;
import dev.octune.kernels.workload.Workload;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequantizationTest {
  private static final int HALF = 1 << 30;
  private static final int[] ONE = {0};

  @Test
  void codes_ofAConvolution_areCorrectedAtTheBorderToo() {
    // One pixel 10 with azp 3 all around it, 3×3 ones: Σ (act − 3) · 1 = 7 wherever the pixel is.
    Workload conv =
        Workload.parse(
            "conv2d_NCHWc_int8 n=1 ic=1 ih=1 iw=3 oc=1 kh=1 kw=3 stride=1,1 pad=0,1,0,1"
                + " dilation=1,1 act=u8 azp=3 wgt=s8 out=u8 round=single");
    Requantization how =
        new Requantization(new int[] {5}, new int[] {HALF}, new int[] {1}, 3, 100, 0, 255);

    byte[] codes = Reference.codes(conv, new byte[] {3, 10, 3}, new byte[] {1, 1, 1}, how);

    assertArrayEquals(new byte[] {112, 112, 112}, codes);
  }

  @Test
  void codes_ofABatchMatmul_useTheZeroPointsOfBothSides() {
    // (10 − 4) · (7 − 2) + (20 − 4) · (1 − 2) = 14 and (10 − 4) · (0 − 2) + (20 − 4) · (3 − 2) = 4
    Workload matmul =
        Workload.parse("batch_matmul_int8 b=1 m=1 k=2 n=2 act=u8 wgt=u8 wzp=2 out=s8 round=double");
    Requantization how =
        new Requantization(
            new int[] {0, 1},
            new int[] {HALF, HALF},
            new int[] {1, 0},
            4,
            -10,
            Integer.MIN_VALUE,
            Integer.MAX_VALUE);

    byte[] codes = Reference.codes(matmul, new byte[] {10, 20}, new byte[] {7, 0, 1, 3}, how);

    assertArrayEquals(new byte[] {4, -7}, codes);
  }

  @Test
  void code_beyondTheClamp_isTheClamps() {
    Requantization how = new Requantization(ONE, new int[] {HALF}, new int[] {1}, 0, 0, -20, 30);

    assertEquals(30, how.code(Output.S8_SINGLE, 0, 1000, 0));
    assertEquals(-20, how.code(Output.S8_SINGLE, 0, -1000, 0));
    assertEquals(0, how.code(Output.U8_SINGLE, 0, -1000, 0), "no u8 is less");
  }

  @Test
  void parameters_outOfRange_areRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Requantization(ONE, new int[] {-1}, ONE, 0, 0, 0, 255));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Requantization(ONE, ONE, new int[] {31}, 0, 0, 0, 255));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Requantization(ONE, new int[2], ONE, 0, 0, 0, 255));
  }

  /** Operands whose codes were mostly clamped would prove little about rounding. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "conv2d_NCHWc_int8 n=1 ic=64 ih=9 iw=9 oc=64 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1"
            + " act=u8 azp=128 wgt=s8 out=u8 round=double",
        "conv2d_NCHWc_int8 n=1 ic=3 ih=9 iw=9 oc=64 kh=3 kw=3 stride=1,1 pad=0,0,0,0 dilation=1,1"
            + " act=u8[0,127] wgt=u8 wzp=201 out=s8 round=double",
        "depthwise_conv2d_NCHWc_int8 n=1 c=64 ih=9 iw=9 m=1 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
            + " dilation=1,1 act=u8 azp=3 wgt=s8[-32,32] out=u8 round=single",
        "dense_int8 m=4 k=1024 n=256 act=u8 wgt=s8[-127,127] out=s8 round=single",
        "batch_matmul_int8 b=2 m=16 k=1 n=64 act=u8 wgt=s8 out=s8 round=single",
      })
  void codes_ofTheFills_areSpread(String text) {
    Workload workload = Workload.parse(text);
    for (Fill fill : Fill.ALL) {
      byte[] codes = codes(workload, fill, 11);
      Set<Byte> distinct = new HashSet<>();
      for (byte code : codes) {
        distinct.add(code);
      }
      // One sum a channel away from the border: 64 channels can't have 60 codes but by luck.
      boolean oneSumAChannel = fill == Fill.MAX_MAX || fill == Fill.MAX_MIN || fill == Fill.MIN_MIN;
      assertTrue(
          distinct.size() > (oneSumAChannel ? 10 : 60),
          () -> "%s has %d distinct codes".formatted(fill.text(), distinct.size()));
    }
  }

  /**
   * Operands on which both roundings gave the same codes could not tell a kernel of one from one of
   * the other.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "conv2d_NCHWc_int8 n=1 ic=8 ih=5 iw=5 oc=64 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1"
            + " act=u8 azp=128 wgt=s8 out=u8 round=%s",
        "depthwise_conv2d_NCHWc_int8 n=1 c=64 ih=9 iw=9 m=1 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
            + " dilation=1,1 act=u8 azp=3 wgt=s8 out=s8 round=%s",
        "dense_int8 m=4 k=64 n=64 act=u8 wgt=s8[-127,127] out=s8 round=%s",
        "batch_matmul_int8 b=2 m=16 k=8 n=64 act=u8 wgt=s8 out=u8 round=%s",
      })
  void codes_ofTheFills_tellTheRoundingsApart(String text) {
    int differing = 0;
    for (Fill fill : Fill.ALL) {
      byte[] once = codes(Workload.parse(text.formatted("single")), fill, 11);
      byte[] twice = codes(Workload.parse(text.formatted("double")), fill, 11);
      for (int i = 0; i < once.length; i++) {
        int distance = Math.abs(code(text, once[i]) - code(text, twice[i]));
        // Sums that a left shift takes out of s32 come back elsewhere where rounded twice.
        assertTrue(distance <= 1 || fill == Fill.MAX_MAX, fill + " by " + distance);
        differing += distance == 0 ? 0 : 1;
      }
    }
    assertTrue(differing > 10, "only " + differing + " codes differ");
  }

  private static int code(String workload, byte stored) {
    return workload.contains("out=u8") ? Byte.toUnsignedInt(stored) : stored;
  }

  @ParameterizedTest
  @EnumSource(Fill.class)
  void requantization_sameSeed_isTheSame(Fill fill) {
    Workload dense = Workload.parse("dense_int8 m=1 k=9 n=99 act=u8 wgt=s8 out=s8 round=single");

    Requantization one = fill.requantization(dense, 5);
    Requantization again = fill.requantization(dense, 5);

    assertArrayEquals(one.bias(), again.bias());
    assertArrayEquals(one.multiplier(), again.multiplier());
    assertArrayEquals(one.shift(), again.shift());
    assertEquals(one.azp(), again.azp());
    assertEquals(one.outZero(), again.outZero());
  }

  private static byte[] codes(Workload workload, Fill fill, long seed) {
    return Reference.codes(
        workload,
        fill.activations(workload, seed),
        fill.weights(workload, seed),
        fill.requantization(workload, seed));
  }
}
