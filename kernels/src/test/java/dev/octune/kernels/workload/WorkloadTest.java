package dev.octune.kernels.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.text.TextException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadTest {
  private static final String CONV =
      "conv2d_NCHWc_int8 n=1 ic=64 ih=56 iw=56 oc=64 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
          + " dilation=1,1 act=u8 wgt=s8 out=s32";
  private static final String DENSE = "dense_int8 m=16 k=768 n=768 act=u8 wgt=s8 out=s32";
  private static final int CASES = 500;

  @ParameterizedTest
  @ValueSource(
      strings = {
        CONV,
        "depthwise_conv2d_NCHWc_int8 n=1 c=32 ih=112 iw=112 m=1 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
            + " dilation=1,1 act=u8 wgt=s8 out=s32",
        DENSE,
        "batch_matmul_int8 b=12 m=128 k=64 n=128 act=u8 wgt=s8 out=s32",
        "conv2d_NCHWc_int8 n=2 ic=4 ih=5 iw=6 oc=8 kh=3 kw=2 stride=2,1 pad=0,1,2,3 dilation=1,2"
            + " groups=4 act=u8 azp=211 wgt=u8 wzp=157 out=s8 round=single weights=sha256:"
            + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "dense_int8 m=1 k=1 n=1 act=u8[0,127] wgt=s8[-32,32] out=u8 round=double",
      })
  void parse_canonicalText_isWrittenBackAsItWas(String text) {
    assertEquals(text, Workload.parse(text).text());
    assertEquals(text, Workload.parse(text).toString());
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12})
  void parse_textOfRandomWorkload_equalsIt(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < CASES; i++) {
      Workload workload = RandomWorkloads.small(random);
      assertEquals(workload, Workload.parse(workload.text()), () -> "seed " + seed);
      assertEquals(workload.text(), Workload.parse(workload.text()).text());
      assertTrue(workload.serves(workload));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22})
  void parse_damagedText_isAWorkloadOrATextException(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    String alphabet = "0123456789-=,[] abcghilmnoprstuw2d_NCHW\u00e9";
    for (int i = 0; i < CASES; i++) {
      StringBuilder text = new StringBuilder(RandomWorkloads.small(random).text());
      for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.deleteCharAt(at);
          case 1 -> text.insert(at, alphabet.charAt(random.nextInt(alphabet.length())));
          default -> text.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
        }
      }
      try {
        Workload read = Workload.parse(text.toString());
        assertEquals(read, Workload.parse(read.text()));
      } catch (TextException e) {
        assertTrue(e.toString().contains(" Mend: "), e::toString);
      }
    }
  }

  @Test
  void parse_shuffledFields_isTheSameWorkload() {
    List<String> words = new ArrayList<>(Arrays.asList(CONV.split(" ", -1)));
    Collections.shuffle(words.subList(1, words.size()), new Random(5));

    assertEquals(CONV, Workload.parse(String.join(" ", words)).text());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "ic=64 | ic=0 | 'ic' is 0, must be in [1, 1048576]. Mend: correct the number",
        "ic=64 | ic=-3 | 'ic' is -3, must be in [1, 1048576]. Mend: correct the number",
        "ic=64 | ic=99999999999 | 'ic' is 99999999999, must be in [1, 1048576]."
            + " Mend: correct the number",
        "n=1 | n=1048576 | activation elements are 210453397504, at most 268435456 are supported."
            + " Mend: correct the shape",
        "ih=56 | ih=65537 | 'ih' is 65537, must be in [1, 65536]. Mend: correct the number",
        "stride=1,1 | stride=1,0 | 'stride' is 0, must be in [1, 65536]. Mend: correct the number",
        "stride=1,1 | stride=1 | 'stride=1' has 1 numbers. Mend: write 2 numbers with commas"
            + " between",
        "pad=1,1,1,1 | pad=1,1,-1,1 | 'pad' is -1, must be in [0, 65536]. Mend: correct the number",
        "kh=3 | kh=60 | the kernel spans 60×3 positions, the padded input has 58×58."
            + " Mend: correct the shape",
        "dilation=1,1 | dilation=29,1 | the kernel spans 59×3 positions, the padded input has"
            + " 58×58. Mend: correct the shape",
        "dilation=1,1 | dilation=65536,65536 | the kernel spans 131073×131073 positions, the padded"
            + " input has 58×58. Mend: correct the shape",
        "act=u8 | act=s8 | 'act=s8' is not known. Mend: use one of u8, u8[0,127]",
        "act=u8 | act=u8 azp=256 | 'azp' is 256, must be in [0, 255]. Mend: correct the number",
        "wgt=s8 | wgt=s4 | 'wgt=s4' is not known. Mend: use one of s8, s8[-127,127], s8[-64,64],"
            + " s8[-32,32], u8",
        "wgt=s8 | wgt=u8 | 'wzp' is missing. Mend: add wzp=…",
        "wgt=s8 | wgt=s8 wzp=3 | 'wzp' means nothing here. Mend: remove that field",
        "out=s32 | out=f32 | 'out=f32' is not known. Mend: use one of s32, u8, s8",
        "out=s32 | out=u8 | 'round' is missing. Mend: add round=…",
        "out=s32 | out=u8 round=up | 'u8 round=up' is not known. Mend: use double or single",
        "out=s32 | out=s32 round=single | 'round' means nothing here. Mend: remove that field",
        "oc=64 | oc=64 groups=3 | groups is 3, must divide ic=64 and oc=64."
            + " Mend: correct the shape",
        "out=s32 | out=s32 weights=sha256:0 | 'weights=sha256:0' is not a hash."
            + " Mend: write sha256: and 64 hex digits",
      })
  void parse_wrongField_saysWhatWhereAndHowToMend(String field, String instead, String problem) {
    String text = CONV.replace(" " + field + " ", " " + instead + " ");
    text = text.endsWith(" " + field) ? text.replace(" " + field, " " + instead) : text;
    String line = text;

    var e = assertThrows(TextException.class, () -> Workload.parse(line));
    assertEquals("workload '" + line + "': " + problem, e.getMessage());
  }

  @Test
  void parse_unknownOperator_namesTheKnownOnes() {
    var e = assertThrows(TextException.class, () -> Workload.parse("conv3d n=1"));

    assertEquals(
        "workload 'conv3d n=1': operator 'conv3d' is not known. Mend: start with one of"
            + " conv2d_NCHWc_int8, depthwise_conv2d_NCHWc_int8, dense_int8, batch_matmul_int8",
        e.getMessage());
  }

  @Test
  void workload_productsBeyond63Bits_areRefusedAndDoNotWrap() {
    var e =
        assertThrows(
            TextException.class,
            () ->
                Workload.parse(
                    "batch_matmul_int8 b=1048576 m=1048576 k=1048576 n=1048576 act=u8 wgt=s8"
                        + " out=s32"));
    assertTrue(e.toString().contains("activation elements are 1152921504606846976"), e::toString);
    assertEquals(Long.MAX_VALUE, Workload.product(1L << 32, 1L << 31));
    assertEquals(Long.MAX_VALUE, Workload.product(Long.MAX_VALUE, 3));
    assertEquals(1L << 62, Workload.product(1L << 31, 1L << 31));
  }

  @Test
  void window_madeWithoutParsing_checksEveryNumber() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Window(1, 1, 1, 1, 1, 1 << 17, Padding.NONE, 1, 1));
    assertThrows(
        IllegalArgumentException.class, () -> new Window(1, 1, 1, 1, 1, 1, Padding.NONE, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> new Padding(Integer.MAX_VALUE, 0, 0, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "224, 7, 2, 3, 3, 1, 112",
    "56, 3, 1, 1, 1, 1, 56",
    "5, 3, 2, 0, 1, 1, 2",
    "7, 1, 2, 0, 0, 1, 4",
    "9, 3, 1, 0, 0, 4, 1",
    "1, 1, 3, 0, 0, 1, 1",
  })
  void window_outputExtent_isTheFloor(
      int extent, int kernel, int stride, int before, int after, int dilation, int out) {
    Window window =
        new Window(
            extent,
            extent,
            kernel,
            kernel,
            stride,
            stride,
            new Padding(before, before, after, after),
            dilation,
            dilation);

    assertEquals(out, window.oh());
    assertEquals(out, window.ow());
  }

  @Test
  void counts_paddedConv_areNominal() {
    Workload conv = Workload.parse(CONV);

    assertEquals(64 * 56 * 56 * 64 * 9L, conv.macs());
    assertEquals(64 * 56 * 56L, conv.actElements());
    assertEquals(64 * 64 * 9L, conv.wgtElements());
    assertEquals(64 * 56 * 56L, conv.outElements());
    assertEquals(2.0 * conv.macs() / 1e6, conv.gops(1e6));
  }

  @Test
  void azp_withoutPadding_isDropped() {
    Workload unpadded = Workload.parse(CONV.replace("pad=1,1,1,1", "pad=0,0,0,0"));
    Workload dense = Workload.parse(DENSE);

    assertEquals(unpadded, unpadded.with(unpadded.numerics().withAzp(9)));
    assertEquals(dense, dense.with(dense.numerics().withAzp(9)));
  }

  @Test
  void azp_outsideTheActivationClass_widensIt() {
    Workload narrow = Workload.parse(CONV.replace("act=u8", "act=u8[0,127] azp=127"));
    Workload beyond = Workload.parse(CONV.replace("act=u8", "act=u8[0,127] azp=128"));

    assertEquals(ActRange.U8_0_127, narrow.numerics().act());
    assertEquals(ActRange.U8, beyond.numerics().act());
    assertFalse(narrow.serves(beyond));
  }

  @Test
  void serves_rangeInsideSameShape_only() {
    Workload full = Workload.parse(CONV);
    Workload narrow = Workload.parse(CONV.replace("wgt=s8", "wgt=s8[-64,64]"));
    Workload otherAzp = Workload.parse(CONV.replace("act=u8", "act=u8 azp=211"));

    assertTrue(full.serves(narrow));
    assertFalse(narrow.serves(full));
    assertTrue(full.serves(otherAzp));
    assertTrue(otherAzp.serves(full));
    assertFalse(full.serves(Workload.parse(CONV.replace("oc=64", "oc=65"))));
    assertFalse(full.serves(Workload.parse(DENSE)));
    assertFalse(full.serves(Workload.parse(CONV.replace("wgt=s8", "wgt=u8 wzp=0"))));
    assertFalse(full.serves(Workload.parse(CONV.replace("out=s32", "out=u8 round=single"))));
  }

  @Test
  void serves_chosenForParticularWeights_onlyThose() {
    Numerics numerics = Numerics.FULL;
    String hash = "sha256:" + "ab".repeat(32);
    Workload any = new Dense(1, 2, 3, numerics);
    Workload one =
        new Dense(
            1,
            2,
            3,
            new Numerics(numerics.act(), 0, numerics.wgt(), 0, numerics.out(), Optional.of(hash)));

    assertTrue(any.serves(one));
    assertFalse(one.serves(any));
    assertTrue(one.serves(one));
  }

  @ParameterizedTest
  @CsvSource({
    "-128, 127, 's8'",
    "-127, 127, 's8[-127,127]'",
    "-65, 0, 's8[-127,127]'",
    "-64, 64, 's8[-64,64]'",
    "0, 33, 's8[-64,64]'",
    "-32, 32, 's8[-32,32]'",
    "0, 0, 's8[-32,32]'",
  })
  void wgtRange_enclosing_isTheNarrowestClass(int min, int max, String text) {
    assertEquals(text, WgtRange.enclosing(min, max).text());
  }

  @Test
  void numerics_outsideTheirTypes_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> Numerics.FULL.withAzp(256));
    assertThrows(IllegalArgumentException.class, () -> Numerics.FULL.withAzp(-1));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Numerics(ActRange.U8, 0, WgtRange.S8, 1, Output.S32, Optional.empty()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Numerics(ActRange.U8, 0, WgtRange.S8, 0, Output.S32, Optional.of("sha256:")));
    assertEquals(ActRange.U8, ActRange.enclosing(0, 128));
    assertEquals(ActRange.U8_0_127, ActRange.enclosing(5, 127));
  }
}
