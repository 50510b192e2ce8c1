package dev.octune.kernels.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.text.TextException;
import dev.octune.kernels.workload.Workload;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class KernelLibraryTest {
  private static final KernelLibrary LIBRARY = KernelLibrary.standard();

  private static final List<String> TARGETS =
      List.of(
          "x86_64 cpu=znver3 isa=avx2 threads=1",
          "x86_64 cpu=znver4 isa=avx512vnni threads=2",
          "x86_64 cpu=generic isa=sse2 threads=1",
          "x86_64 cpu=nehalem isa=sse41 threads=1",
          "x86_64 cpu=alderlake isa=avxvnni threads=1",
          "x86_64 cpu=skylake-avx512 isa=avx512bw threads=1",
          "x86_64 cpu=sapphirerapids isa=amxint8 threads=1",
          "aarch64 cpu=cortex-a72 isa=neon threads=1",
          "aarch64 cpu=cortex-a76 isa=dotprod threads=1");

  private static final List<String> WORKLOADS =
      List.of(
          "conv2d_NCHWc_int8 n=1 ic=64 ih=56 iw=56 oc=64 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
              + " dilation=1,1 act=u8 wgt=s8 out=s32",
          "conv2d_NCHWc_int8 n=2 ic=3 ih=9 iw=11 oc=10 kh=3 kw=3 stride=2,2 pad=0,1,1,0"
              + " dilation=1,1 act=u8 azp=211 wgt=s8 out=s32",
          "conv2d_NCHWc_int8 n=1 ic=1 ih=1 iw=1 oc=1 kh=1 kw=1 stride=1,1 pad=0,0,0,0"
              + " dilation=1,1 act=u8 wgt=s8 out=s32",
          "conv2d_NCHWc_int8 n=1 ic=17 ih=13 iw=17 oc=41 kh=1 kw=1 stride=2,2 pad=0,0,0,0"
              + " dilation=1,1 act=u8 wgt=u8 wzp=157 out=s32",
          "conv2d_NCHWc_int8 n=1 ic=8 ih=10 iw=12 oc=24 kh=5 kw=3 stride=1,2 pad=3,2,4,1"
              + " dilation=2,3 act=u8[0,127] azp=255 wgt=s8[-32,32] out=s32",
          "conv2d_NCHWc_int8 n=3 ic=20 ih=4 iw=3 oc=12 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
              + " dilation=1,1 groups=2 act=u8 azp=1 wgt=s8[-64,64] out=s32",
          "dense_int8 m=1 k=2048 n=1000 act=u8 wgt=s8 out=s32",
          "dense_int8 m=17 k=77 n=10 act=u8[0,127] wgt=s8[-64,64] out=s32",
          "batch_matmul_int8 b=12 m=128 k=64 n=128 act=u8 wgt=u8 wzp=3 out=s32");

  private static final int SCHEDULES_PER_SPACE = 12;
  private static final int MAX_SPACE = 60_000;

  static Stream<Arguments> everyWorkloadAndTarget() {
    return WORKLOADS.stream()
        .flatMap(
            workload ->
                TARGETS.stream()
                    .map(target -> Arguments.of(Workload.parse(workload), Target.parse(target))));
  }

  @Test
  void version_everyTemplate_isNamedOnceAsItsSchedulesBegin() {
    List<String> names = List.of(LIBRARY.version().split(" ", -1));
    assertEquals(names.stream().distinct().sorted().toList(), names);
    for (String text : WORKLOADS) {
      Schedule schedule =
          LIBRARY.defaultSchedule(Workload.parse(text), Target.parse(TARGETS.getFirst()));
      assertTrue(names.contains(schedule.template() + "/" + schedule.version()), schedule.text());
    }
  }

  @ParameterizedTest
  @MethodSource("everyWorkloadAndTarget")
  void space_awkwardWorkload_holdsItsDefaultAndEmitsItsPoints(Workload workload, Target target) {
    ConfigSpace space = LIBRARY.space(workload, target);
    assertTrue(space.size() >= 1 && space.size() <= MAX_SPACE, "size " + space.size());
    Schedule start = LIBRARY.defaultSchedule(workload, target);
    assertTrue(space.contains(start), start.text());
    Map<String, String> packings = new HashMap<>();
    long seed = 20261122;
    Random random = new Random(seed);
    for (int i = 0; i < SCHEDULES_PER_SPACE; i++) {
      Schedule schedule = i == 0 ? start : space.at(random.nextInt(space.size()));
      assertEquals(schedule, Schedule.parse(schedule.text()));
      KernelSource source = LIBRARY.emit(new Candidate(workload, target, schedule));
      String where = schedule.text() + " seed " + seed;
      assertTrue(4 * source.actBytes() >= workload.actElements(), where);
      assertTrue(source.wgtBytes() >= workload.wgtElements(), where);
      assertTrue(source.outBytes() >= 4 * workload.outElements(), where);
      assertEquals(0, (source.actBytes() | source.wgtBytes() | source.outBytes()) % 64, where);
      assertTrue(source.runIr().contains("define void @octune_run("), where);
      String known = packings.putIfAbsent(source.layout(), source.packIr());
      assertTrue(known == null || known.equals(source.packIr()), where);
    }
  }

  @Test
  void layout_otherBlocks_hasAnotherName() {
    Workload workload = Workload.parse(WORKLOADS.getFirst());
    Target target = Target.parse(TARGETS.getFirst());
    String text = LIBRARY.defaultSchedule(workload, target).text();
    String other = text.replaceFirst("oc_vectors=\\d+", "oc_vectors=1");
    assertNotEquals(text, other);
    assertNotEquals(
        LIBRARY.emit(new Candidate(workload, target, Schedule.parse(text))).layout(),
        LIBRARY.emit(new Candidate(workload, target, Schedule.parse(other))).layout());
  }

  @Test
  void emit_scheduleOutsideTheSpace_isRefusedWithItsText() {
    Workload workload = Workload.parse(WORKLOADS.getFirst());
    Target target = Target.parse(TARGETS.getFirst());
    Schedule foreign =
        Schedule.parse(
            LIBRARY
                .defaultSchedule(workload, target)
                .text()
                .replaceFirst("leaf=\\w+", "leaf=avx2_maddubs"));
    TextException refused =
        assertThrows(
            TextException.class, () -> LIBRARY.emit(new Candidate(workload, target, foreign)));
    assertTrue(
        String.valueOf(refused.getMessage()).contains("leaf=avx2_maddubs"), refused.getMessage());
  }

  @Test
  void uncovered_moreRowsThanAWindowHolds_saysWhy() {
    Target target = Target.parse(TARGETS.getFirst());
    String dense = "dense_int8 m=%d k=1 n=1 act=u8 wgt=s8 out=s32";
    assertEquals(
        "m=65537 is more than a row of 65536",
        LIBRARY.uncovered(Workload.parse(dense.formatted(65537)), target).orElseThrow());
    assertTrue(LIBRARY.space(Workload.parse(dense.formatted(65536)), target).size() > 0);
  }

  @Test
  void defaultSchedule_twoThreads_cutsOneStripForBoth() {
    Workload narrow =
        Workload.parse(
            "conv2d_NCHWc_int8 n=1 ic=64 ih=56 iw=56 oc=16 kh=1 kw=1 stride=1,1 pad=0,0,0,0"
                + " dilation=1,1 act=u8 wgt=s8 out=s32");
    Target one = Target.parse(TARGETS.getFirst());
    assertEquals(3136, LIBRARY.defaultSchedule(narrow, one).size("strip"));
    Schedule two = LIBRARY.defaultSchedule(narrow, one.withThreads(2));
    assertEquals("both", two.choice("split"), two.text());
    int blocks = 16 / (8 * two.size("oc_vectors"));
    int strips = Math.ceilDiv(3136, two.size("strip"));
    int tiles = blocks * strips * Math.ceilDiv(two.size("strip"), two.size("ow_tile"));
    assertTrue(Math.ceilDiv(tiles, 2) <= 1.01 * tiles / 2, two.text());
  }

  @Test
  void space_longRows_skipTapsToo() {
    // 28 columns in four tiles: two at the border, two inside that are one loop.
    Target avx2 = Target.parse(TARGETS.getFirst());
    for (int columns : new int[] {28, 56}) {
      Workload workload =
          Workload.parse(
              "conv2d_NCHWc_int8 n=1 ic=8 ih=28 iw=%d oc=8 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8 out=s32"
                  .formatted(columns));
      ConfigSpace space = LIBRARY.space(workload, avx2);
      assertTrue(
          IntStream.range(0, space.size())
              .mapToObj(space::at)
              .anyMatch(
                  at -> at.choice("border").equals("taps_skipped") && at.size("ow_tile") == 7),
          "columns: " + columns);
    }
  }

  @Test
  void space_splits_areThoseThatDifferAndKeepThreadsBusy() {
    // Two blocks of 16 channels or four of 8, and seven rows of one strip each.
    Workload workload =
        Workload.parse(
            "conv2d_NCHWc_int8 n=1 ic=8 ih=7 iw=7 oc=32 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
                + " dilation=1,1 act=u8 wgt=s8 out=s32");
    Target one = Target.parse(TARGETS.getFirst());
    ConfigSpace space = LIBRARY.space(workload, one.withThreads(2));
    Set<String> splits = new TreeSet<>();
    for (int i = 0; i < space.size(); i++) {
      Schedule schedule = space.at(i);
      splits.add(schedule.choice("split") + " " + schedule.choice("order"));
    }
    // Seven rows are no even share for two threads: a thread would wait for an eighth of the time.
    assertEquals(Set.of("both channels_outer", "both rows_outer", "channels rows_outer"), splits);
    assertTrue(
        LIBRARY.space(workload, one).knobs().stream().noneMatch(k -> k.name().equals("split")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          conv2d_tiles | conv2d_NCHWc_int8 n=1 ic=64 ih=56 iw=56 oc=64 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8 out=s32
          conv2d_tiles | conv2d_NCHWc_int8 n=1 ic=3 ih=224 iw=224 oc=64 kh=7 kw=7 stride=2,2 pad=3,3,3,3 dilation=1,1 act=u8 wgt=s8 out=s32
          dense_tiles  | dense_int8 m=16 k=768 n=768 act=u8 wgt=s8 out=s32
          dense_direct | dense_int8 m=1 k=2048 n=1000 act=u8 wgt=s8 out=s32
          dense_direct | dense_int8 m=16 k=768 n=768 act=u8 wgt=u8 wzp=3 out=s32
          """)
  void defaultSchedule_machineWithTiles_takesThemWhereTheyAreFilled(
      String template, String workload) {
    Target tiles = Target.parse("x86_64 cpu=sapphirerapids isa=amxint8 threads=1");

    assertEquals(template, LIBRARY.defaultSchedule(Workload.parse(workload), tiles).template());
  }

  @ParameterizedTest
  @MethodSource("everyWorkloadAndTarget")
  void contains_scheduleWithAnotherKnobOfTheSameCount_isFalse(Workload workload, Target target) {
    Schedule ours = LIBRARY.defaultSchedule(workload, target);
    for (String knob : ours.values().keySet()) {
      Map<String, String> values = new LinkedHashMap<>(ours.values());
      values.put("another", values.remove(knob));
      Schedule theirs = new Schedule(ours.template(), ours.version(), values);

      assertFalse(LIBRARY.contains(new Candidate(workload, target, theirs)), theirs.text());
    }
  }

  @Test
  void leaves_rangesThatSaturate_offerOnlyExactOnes() {
    Target avx2 = Target.parse(TARGETS.getFirst());
    assertEquals(List.of("avx2_s16", "avx2_s16w8"), leaves("act=u8 wgt=s8", avx2));
    assertEquals(List.of("avx2_s16", "avx2_s16w8"), leaves("act=u8 wgt=s8[-127,127]", avx2));
    assertEquals(List.of("avx2_s16"), leaves("act=u8[0,127] wgt=u8 wzp=0", avx2));
    assertEquals(
        List.of("avx2_maddubs", "avx2_s16", "avx2_s16w8"), leaves("act=u8 wgt=s8[-64,64]", avx2));
    assertEquals(
        List.of("avx2_maddubs", "avx2_s16", "avx2_s16w8"), leaves("act=u8[0,127] wgt=s8", avx2));
    assertEquals(
        List.of("avx2_maddubs2", "avx2_maddubs", "avx2_s16", "avx2_s16w8"),
        leaves("act=u8 wgt=s8[-32,32]", avx2));
    assertEquals(
        List.of("avx2_maddubs2", "avx2_maddubs", "avx2_s16", "avx2_s16w8"),
        leaves("act=u8[0,127] wgt=s8[-64,64]", avx2));
    assertEquals(
        List.of("avx2_maddubs4", "avx2_maddubs2", "avx2_maddubs", "avx2_s16", "avx2_s16w8"),
        leaves("act=u8[0,127] wgt=s8[-32,32]", avx2));
  }

  /** 4 · 9 · 1827 · 255 · 128 is the last below 2^31. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          true  | avx2       | ic=16   ih=7 iw=7 oc=8 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8 out=s32
          false | avx2       | ic=15   ih=7 iw=7 oc=8 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8 out=s32
          true  | avx2       | ic=1827 ih=7 iw=7 oc=8 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8 out=s32
          false | avx2       | ic=1828 ih=7 iw=7 oc=8 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8 out=s32
          false | avx2       | ic=918  ih=7 iw=7 oc=8 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1 act=u8 wgt=u8 wzp=9 out=s32
          false | avx2       | ic=64   ih=7 iw=7 oc=8 kh=3 kw=3 stride=2,2 pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8 out=s32
          false | avx2       | ic=64   ih=7 iw=7 oc=8 kh=3 kw=3 stride=1,1 pad=2,2,2,2 dilation=2,2 act=u8 wgt=s8 out=s32
          false | avx2       | ic=64   ih=7 iw=7 oc=8 kh=3 kw=1 stride=1,1 pad=1,0,1,0 dilation=1,1 act=u8 wgt=s8 out=s32
          true  | avx2       | ic=64   ih=7 iw=7 oc=8 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8 out=u8 round=double
          true  | avx2       | ic=64   ih=7 iw=7 oc=8 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8 out=s32 weights=sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
          true  | sse2       | ic=64   ih=7 iw=7 oc=8 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8 out=s32
          true  | avx512bw   | ic=64   ih=7 iw=7 oc=8 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8 out=s32
          false | avx512vnni | ic=64   ih=7 iw=7 oc=8 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8 out=s32
          """)
  void leaf_ofTransformedInputs_isThereWhereItIsExactAndWordsMultiply(
      boolean isThere, String isa, String conv) {
    Workload workload = Workload.parse("conv2d_NCHWc_int8 n=1 " + conv.replaceAll(" +", " "));
    Target target = Target.parse("x86_64 cpu=x86-64 isa=%s threads=1".formatted(isa));
    ConfigSpace space = LIBRARY.space(workload, target);
    boolean found =
        space.knobs().stream()
            .filter(Knob.Choice.class::isInstance)
            .map(Knob.Choice.class::cast)
            .filter(knob -> knob.name().equals("leaf"))
            .flatMap(knob -> knob.values().stream())
            .anyMatch(leaf -> leaf.endsWith("_winograd"));

    assertEquals(isThere, found);
  }

  @Test
  void starts_everyWorkload_areTheDefaultAndPointsOfOtherLeaves() {
    for (String text : TARGETS) {
      Target target = Target.parse(text);
      for (String workload : WORKLOADS) {
        Workload parsed = Workload.parse(workload);
        List<Schedule> starts = LIBRARY.starts(parsed, target);
        ConfigSpace space = LIBRARY.space(parsed, target);
        assertEquals(LIBRARY.defaultSchedule(parsed, target), starts.getFirst(), workload);
        assertTrue(starts.stream().allMatch(space::contains), workload);
        assertEquals(
            starts.size(),
            starts.stream().map(start -> start.values().get("leaf")).distinct().count(),
            workload);
      }
    }
  }

  /** A handful among thousands: a short search would not meet them. */
  @Test
  void starts_particularWeights_holdWinograds() {
    Workload workload =
        Workload.parse(
            "conv2d_NCHWc_int8 n=1 ic=64 ih=8 iw=8 oc=64 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
                + " dilation=1,1 act=u8 wgt=s8 out=s32 weights=sha256:"
                + "0123456789abcdef".repeat(4));
    List<Schedule> starts =
        LIBRARY.starts(workload, Target.parse("x86_64 cpu=znver3 isa=avx2 threads=1"));

    assertEquals("avx2_lists", starts.getFirst().choice("leaf"));
    assertEquals("avx2_winograd", starts.get(1).choice("leaf"));
  }

  @Test
  void space_everyWorkload_prunedPointsAndSizeAreAll() {
    for (String target : TARGETS) {
      for (String workload : WORKLOADS) {
        ConfigSpace space = LIBRARY.space(Workload.parse(workload), Target.parse(target));
        int pruned = space.pruned().stream().mapToInt(ConfigSpace.Pruned::points).sum();
        assertEquals(space.rawSize(), pruned + space.size(), workload);
      }
    }
  }

  @Test
  void roofs_everyTarget_haveOneLoopForEachLeafOfItsKernels() {
    for (String text : TARGETS) {
      Target target = Target.parse(text);
      List<RoofLoop> roofs = LIBRARY.roofs(target);
      assertTrue(!roofs.isEmpty(), text);
      assertEquals(roofs.stream().map(RoofLoop::leaf).toList(), LIBRARY.roofLeaves(target), text);
      assertEquals(roofs.size(), roofs.stream().map(RoofLoop::leaf).distinct().count(), text);
      assertTrue(
          roofs.stream().map(RoofLoop::leaf).toList().containsAll(leaves("act=u8 wgt=s8", target)),
          text);
    }
  }

  @Test
  void emitStandalone_symbol_namesEveryFunction() {
    Workload workload = Workload.parse(WORKLOADS.getFirst());
    Target target = Target.parse(TARGETS.getFirst());
    String text =
        LIBRARY.emitStandalone(
            new Candidate(workload, target, LIBRARY.defaultSchedule(workload, target)), "layer1");
    for (String name :
        List.of(
            "void @layer1_run(",
            "void @layer1_pack_act(",
            "void @layer1_pack_wgt(",
            "void @layer1_unpack_out(",
            "i64 @layer1_act_bytes(",
            "i64 @layer1_wgt_bytes(",
            "i64 @layer1_out_bytes(")) {
      assertTrue(text.contains("define " + name), name);
    }
  }

  @Test
  void emitStandalone_requantizedOutput_hasAFunctionForItsParameters() {
    Target target = Target.parse(TARGETS.getFirst());
    for (String operator :
        List.of(
            "dense_int8 m=2 k=9 n=5 act=u8 wgt=s8",
            "depthwise_conv2d_NCHWc_int8 n=1 c=9 ih=5 iw=5 m=2 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
                + " dilation=1,1 act=u8 wgt=s8")) {
      Workload workload = Workload.parse(operator + " out=s8 round=single");
      Candidate candidate =
          new Candidate(workload, target, LIBRARY.defaultSchedule(workload, target));

      String text = LIBRARY.emitStandalone(candidate, "layer1");

      assertTrue(
          text.lines()
              .anyMatch(
                  line ->
                      line.startsWith("define void @layer1_pack_quant(")
                          && line.split("i32 %", -1).length == 5),
          text);
      assertTrue(LIBRARY.emit(candidate).packIr().contains("@" + KernelSource.PACK_QUANT + "("));
    }
  }

  private static List<String> leaves(String numerics, Target target) {
    return LIBRARY.leaves(
        Workload.parse("dense_int8 m=8 k=64 n=64 " + numerics + " out=s32"), target);
  }
}
