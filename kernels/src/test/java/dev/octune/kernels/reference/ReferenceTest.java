package dev.octune.kernels.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Padding;
import dev.octune.kernels.workload.RandomWorkloads;
import dev.octune.kernels.workload.Window;
import dev.octune.kernels.workload.Workload;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceTest {
  private static final int CASES = 150;

  @Test
  void output_conv2dByHand_isTheSumWithAzpOutside() {
    Workload conv =
        Workload.parse(
            "conv2d_NCHWc_int8 n=1 ic=1 ih=2 iw=2 oc=1 kh=2 kw=2 stride=1,1 pad=1,0,0,0"
                + " dilation=1,1 act=u8 azp=10 wgt=s8 out=s32");
    byte[] act = {1, 2, 3, (byte) 255};
    byte[] wgt = {1, -1, 2, -128};

    // Row 0: 10·1 − 10·1 + 1·2 − 2·128; row 1: 1·1 − 2·1 + 3·2 − 255·128.
    assertArrayEquals(new int[] {-254, -32635}, Reference.output(conv, act, wgt));
  }

  @Test
  void output_groups_readOnlyTheirOwnChannels() {
    Workload conv =
        Workload.parse(
            "conv2d_NCHWc_int8 n=1 ic=4 ih=1 iw=1 oc=4 kh=1 kw=1 stride=1,1 pad=0,0,0,0"
                + " dilation=1,1 groups=2 act=u8 wgt=s8 out=s32");
    byte[] act = {1, 2, 3, 4};
    byte[] wgt = {1, 0, 0, 1, 1, 0, 1, 1};

    assertArrayEquals(new int[] {1, 2, 3, 7}, Reference.output(conv, act, wgt));
  }

  @Test
  void output_depthwiseMultiplier_outputChannelReadsItsInputChannel() {
    Workload conv =
        Workload.parse(
            "depthwise_conv2d_NCHWc_int8 n=1 c=2 ih=1 iw=1 m=2 kh=1 kw=1 stride=1,1 pad=0,0,0,0"
                + " dilation=1,1 act=u8 wgt=s8 out=s32");

    assertArrayEquals(
        new int[] {5, 10, 21, 28},
        Reference.output(conv, new byte[] {5, 7}, new byte[] {1, 2, 3, 4}));
  }

  @Test
  void output_denseByHand_weightsAreOneRowPerOutput() {
    Workload dense = Workload.parse("dense_int8 m=2 k=2 n=3 act=u8 wgt=s8 out=s32");

    assertArrayEquals(
        new int[] {5, 11, -128, 11, 25, -384},
        Reference.output(dense, new byte[] {1, 2, 3, 4}, new byte[] {1, 2, 3, 4, -128, 0}));
  }

  @Test
  void output_batchMatmulByHand_rightSideIsOneColumnPerOutput() {
    Workload matmul = Workload.parse("batch_matmul_int8 b=2 m=1 k=2 n=2 act=u8 wgt=s8 out=s32");

    assertArrayEquals(
        new int[] {7, 10, 61, 68},
        Reference.output(matmul, new byte[] {1, 2, 5, 6}, new byte[] {1, 2, 3, 4, 5, 4, 6, 8}));
  }

  @Test
  void output_asymmetricWeights_subtractTheirZeroPoint() {
    Workload dense = Workload.parse("dense_int8 m=1 k=2 n=1 act=u8 wgt=u8 wzp=157 out=s32");

    assertArrayEquals(
        new int[] {255 * (255 - 157) + 2 * (0 - 157)},
        Reference.output(dense, new byte[] {(byte) 255, 2}, new byte[] {(byte) 255, 0}));
  }

  @Test
  void output_sumBeyond31Bits_wraps() {
    Workload dense = Workload.parse("dense_int8 m=1 k=70000 n=1 act=u8 wgt=s8 out=s32");

    assertArrayEquals(
        new int[] {(int) (70_000L * 255 * -128)},
        Reference.output(
            dense, Fill.MAX_MIN.activations(dense, 0), Fill.MAX_MIN.weights(dense, 0)));
  }

  /** The same answer from another definition: pad first, then gather each output by itself. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void output_randomWorkloads_equalPadThenConvolve(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < CASES; i++) {
      Workload workload = RandomWorkloads.small(random);
      Fill fill = Fill.ALL.get(i % Fill.ALL.size());
      byte[] act = fill.activations(workload, seed + i);
      byte[] wgt = fill.weights(workload, seed + i);
      assertArrayEquals(
          gathered(workload, act, wgt),
          Reference.output(workload, act, wgt),
          () -> "seed " + seed + ", " + fill.text() + ": " + workload.text());
    }
  }

  @Test
  void output_requantized_isAskedForAsCodes() {
    Workload dense = Workload.parse("dense_int8 m=1 k=1 n=1 act=u8 wgt=s8 out=u8 round=double");

    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Reference.output(dense, new byte[1], new byte[1]));
    assertEquals(
        "Sums of 'dense_int8 m=1 k=1 n=1 act=u8 wgt=s8 out=u8 round=double' leave its kernel as"
            + " codes. Mend: ask for its codes",
        e.getMessage());
  }

  @Test
  void output_wrongLength_isRefused() {
    Workload dense = Workload.parse("dense_int8 m=1 k=2 n=1 act=u8 wgt=s8 out=s32");

    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Reference.output(dense, new byte[3], new byte[2]));
    assertEquals(
        "activations of 'dense_int8 m=1 k=2 n=1 act=u8 wgt=s8 out=s32' have 3 bytes, must have 2",
        e.getMessage());
  }

  @ParameterizedTest
  @EnumSource(Fill.class)
  void fills_staysInsideTheDeclaredRanges(Fill fill) {
    Workload dense =
        Workload.parse("dense_int8 m=1 k=999 n=3 act=u8[0,127] wgt=s8[-64,64] out=s32");

    for (byte value : fill.activations(dense, 7)) {
      assertEquals(value, Math.clamp(value, 0, 127));
    }
    for (byte value : fill.weights(dense, 7)) {
      assertEquals(value, Math.clamp(value, -64, 64));
    }
  }

  private static int[] gathered(Workload workload, byte[] act, byte[] wgt) {
    return switch (workload) {
      case Conv2d conv -> {
        int icPerGroup = conv.ic() / conv.groups();
        int ocPerGroup = conv.oc() / conv.groups();
        yield windowed(
            workload,
            conv.window(),
            conv.n(),
            conv.ic(),
            conv.oc(),
            icPerGroup,
            ocPerGroup,
            act,
            wgt);
      }
      case DepthwiseConv2d conv ->
          windowed(workload, conv.window(), conv.n(), conv.c(), conv.oc(), 1, conv.m(), act, wgt);
      case Dense dense -> {
        int[] out = new int[dense.m() * dense.n()];
        for (int at = 0; at < out.length; at++) {
          for (int k = 0; k < dense.k(); k++) {
            out[at] +=
                (act[at / dense.n() * dense.k() + k] & 0xff)
                    * weight(workload, wgt[at % dense.n() * dense.k() + k]);
          }
        }
        yield out;
      }
      case BatchMatmul matmul -> {
        int[] out = new int[matmul.b() * matmul.m() * matmul.n()];
        for (int at = 0; at < out.length; at++) {
          int row = at / matmul.n();
          int b = row / matmul.m();
          for (int k = 0; k < matmul.k(); k++) {
            out[at] +=
                (act[row * matmul.k() + k] & 0xff)
                    * weight(workload, wgt[(b * matmul.k() + k) * matmul.n() + at % matmul.n()]);
          }
        }
        yield out;
      }
    };
  }

  private static int[] windowed(
      Workload workload,
      Window window,
      int n,
      int ic,
      int oc,
      int icPerGroup,
      int ocPerGroup,
      byte[] act,
      byte[] wgt) {
    int[][][] padded = padded(window, n * ic, workload.numerics().azp(), act);
    int[] out = new int[Math.toIntExact(workload.outElements())];
    int at = 0;
    for (int b = 0; b < n; b++) {
      for (int o = 0; o < oc; o++) {
        for (int y = 0; y < window.oh(); y++) {
          for (int x = 0; x < window.ow(); x++) {
            int sum = 0;
            for (int i = 0; i < icPerGroup; i++) {
              int[][] plane = padded[b * ic + o / ocPerGroup * icPerGroup + i];
              for (int r = 0; r < window.kh(); r++) {
                for (int s = 0; s < window.kw(); s++) {
                  sum +=
                      plane[y * window.strideH() + r * window.dilationH()][
                              x * window.strideW() + s * window.dilationW()]
                          * weight(
                              workload,
                              wgt[((o * icPerGroup + i) * window.kh() + r) * window.kw() + s]);
                }
              }
            }
            out[at++] = sum;
          }
        }
      }
    }
    return out;
  }

  private static int[][][] padded(Window window, int planes, int azp, byte[] act) {
    Padding pad = window.pad();
    int[][][] padded = new int[planes][window.paddedH()][window.paddedW()];
    for (int p = 0; p < planes; p++) {
      for (int[] row : padded[p]) {
        java.util.Arrays.fill(row, azp);
      }
      for (int y = 0; y < window.ih(); y++) {
        for (int x = 0; x < window.iw(); x++) {
          padded[p][y + pad.top()][x + pad.left()] =
              act[(p * window.ih() + y) * window.iw() + x] & 0xff;
        }
      }
    }
    return padded;
  }

  private static int weight(Workload workload, byte stored) {
    return workload.numerics().wgt().signed()
        ? stored
        : (stored & 0xff) - workload.numerics().wzp();
  }
}
