package dev.octune.kernels.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.workload.Workload;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FillTest {
  private static final Workload FULL =
      Workload.parse("dense_int8 m=1 k=11 n=1 act=u8 wgt=s8 out=s32");
  private static final Workload NARROW =
      Workload.parse("dense_int8 m=1 k=11 n=1 act=u8[0,127] wgt=s8[-32,32] out=s32");
  private static final Workload ASYMMETRIC =
      Workload.parse("dense_int8 m=1 k=11 n=1 act=u8 wgt=u8 wzp=157 out=s32");

  /** The native runner makes these bytes too: they never change without a protocol version. */
  @ParameterizedTest
  @CsvSource({
    "RANDOM, 42, 6e2f32bdefebecba542929, 713263a883ae181ce196ba, 1d0d19eae0eb0607f8e5ee,"
        + " f1b2e328032e989c61163a",
    "EXTREMES, 42, ffff00ff00ff00ffff0000, 7f807f7f7f807f80807f7f, 20e0202020e020e0e02020,"
        + " ff00ffffff00ff0000ffff",
    "RANDOM, -1, 2c1b71e4cd7ba8e25c892d, 025b7869e5211eee6ce50d, 01171f1bf90908fc1cf903,"
        + " 82dbf8e965a19e6eec658d",
    "EXTREMES, -1, 00ffffffffffff00ff0000, 7f807f7f807f80807f807f, 20e02020e020e0e020e020,"
        + " ff00ffff00ff0000ff00ff",
  })
  void fill_goldenBytes_neverChange(
      Fill fill, long seed, String act, String wgt, String narrow, String asymmetric) {
    assertEquals(act, hex(fill.activations(FULL, seed)));
    assertEquals(wgt, hex(fill.weights(FULL, seed)));
    assertEquals(narrow, hex(fill.weights(NARROW, seed)));
    assertEquals(asymmetric, hex(fill.weights(ASYMMETRIC, seed)));
  }

  @Test
  void fill_corners_areTheEndsOfTheRange() {
    assertEquals("ff".repeat(11), hex(Fill.MAX_MAX.activations(FULL, 1)));
    assertEquals("7f".repeat(11), hex(Fill.MAX_MAX.weights(FULL, 1)));
    assertEquals("80".repeat(11), hex(Fill.MAX_MIN.weights(FULL, 1)));
    assertEquals("7f".repeat(11), hex(Fill.MAX_MAX.activations(NARROW, 1)));
    assertEquals("e0".repeat(11), hex(Fill.MAX_MIN.weights(NARROW, 1)));
    assertEquals("00".repeat(11), hex(Fill.MAX_MIN.weights(ASYMMETRIC, 1)));
    assertEquals("ff00ff00ff00ff00ff00ff", hex(Fill.ALTERNATING.activations(FULL, 1)));
    assertEquals("7f807f807f807f807f807f", hex(Fill.ALTERNATING.weights(FULL, 1)));
  }

  @Test
  void random_manyElements_reachEveryValueOfTheRange() {
    Workload large = Workload.parse("dense_int8 m=1 k=20000 n=1 act=u8 wgt=s8[-64,64] out=s32");
    byte[] act = Fill.RANDOM.activations(large, 3);
    byte[] wgt = Fill.RANDOM.weights(large, 3);
    boolean[] seen = new boolean[256];
    int[] counts = new int[129];
    for (int i = 0; i < act.length; i++) {
      seen[act[i] & 0xff] = true;
      counts[wgt[i] + 64]++;
    }
    for (int value = 0; value < 256; value++) {
      assertTrue(seen[value], "activation " + value);
    }
    assertTrue(Arrays.stream(counts).min().orElseThrow() > 100, Arrays.toString(counts));
    assertTrue(Arrays.stream(counts).max().orElseThrow() < 220, Arrays.toString(counts));
  }

  @Test
  void extremes_manyElements_areBothEndsAboutEquallyOften() {
    Workload large = Workload.parse("dense_int8 m=1 k=20000 n=1 act=u8 wgt=s8 out=s32");
    int high = 0;
    for (byte value : Fill.EXTREMES.weights(large, 3)) {
      assertTrue(value == -128 || value == 127);
      high += value == 127 ? 1 : 0;
    }
    assertEquals(10_000, high, 400);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
