package dev.octune.kernels.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DepthwiseTemplateTest {
  private static final String MOBILENET =
      "depthwise_conv2d_NCHWc_int8 n=1 c=32 ih=112 iw=112 m=1 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
          + " dilation=1,1 act=u8 wgt=s8 out=s32";
  private static final String SPEECH =
      "depthwise_conv2d_NCHWc_int8 n=1 c=1 ih=49 iw=40 m=8 kh=10 kw=8 stride=2,2 pad=4,3,5,3"
          + " dilation=1,1 act=u8 azp=128 wgt=s8 out=s32";
  private static final String LARGE_KERNEL =
      "depthwise_conv2d_NCHWc_int8 n=1 c=8 ih=40 iw=40 m=1 kh=31 kw=31 stride=1,1"
          + " pad=15,15,15,15 dilation=1,1 act=u8 wgt=s8 out=s32";

  private final KernelTemplate template = new DepthwiseTemplate();

  /** 2 · max(act) · max|w| must fit s16 for maddubs; the zero point of u8 weights needs s16. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "AVX2 | act=u8 wgt=s8 | avx2_s16 plain",
        "AVX2 | act=u8 wgt=s8[-127,127] | avx2_s16 plain",
        "AVX2 | act=u8 wgt=s8[-64,64] | avx2_maddubs avx2_s16 plain",
        "AVX2 | act=u8[0,127] wgt=s8 | avx2_maddubs avx2_s16 plain",
        "AVX2 | act=u8[0,127] azp=211 wgt=s8 | avx2_s16 plain",
        "AVX2 | act=u8[0,127] wgt=u8 wzp=7 | avx2_s16 plain",
        "SSE2 | act=u8 wgt=s8 | sse2_s16 plain",
        "SSE41 | act=u8 wgt=s8[-64,64] | sse41_maddubs sse2_s16",
        "SSE41 | act=u8 wgt=u8 wzp=7 | sse2_s16",
        "AVXVNNI | act=u8 wgt=s8 | avxvnni",
        "AVXVNNI | act=u8 wgt=u8 wzp=7 | avx2_s16",
        "AVX512BW | act=u8 wgt=s8 | avx512_s16 avx2_s16",
        "AVX512BW | act=u8 wgt=s8[-64,64] | avx512bw_maddubs avx2_maddubs avx512_s16 avx2_s16",
        "AVX512VNNI | act=u8 wgt=s8 | avx512vl_vnni avx512_vnni",
        "AVX512VNNI | act=u8 wgt=u8 wzp=0 | avx512_s16 avx2_s16",
        "NEON | act=u8 wgt=s8 | neon_s16 plain",
        "DOTPROD | act=u8 wgt=s8 | neon_sdot neon_s16 plain",
        "DOTPROD | act=u8 wgt=u8 wzp=255 | neon_s16 plain",
      })
  void leaves_areThoseThatTheRangesProve(Isa isa, String numerics, String leaves) {
    Workload workload = Workload.parse(MOBILENET.replace("act=u8 wgt=s8", numerics));

    Set<String> offered =
        points(template.space(workload, target(isa))).stream()
            .map(schedule -> schedule.choice(DepthwisePlan.LEAF))
            .collect(Collectors.toSet());

    assertEquals(Set.of(leaves.split(" ", -1)), offered);
  }

  @ParameterizedTest
  @EnumSource(Isa.class)
  void defaultSchedule_isAPointOfItsSpace(Isa isa) {
    for (String text : List.of(MOBILENET, SPEECH, LARGE_KERNEL)) {
      Workload workload = Workload.parse(text);
      Schedule schedule = template.defaultSchedule(workload, target(isa));

      assertTrue(template.space(workload, target(isa)).contains(schedule), schedule.text());
    }
  }

  @Test
  void defaultSchedule_fewChannelsManyMultipliers_putsMultipliersIntoLanes() {
    Schedule schedule = template.defaultSchedule(Workload.parse(SPEECH), target(Isa.AVX2));

    assertEquals(DepthwisePlan.LANES_MULTIPLIERS, schedule.choice(DepthwisePlan.LANES));
  }

  @Test
  void kernel_exactlyForPointsOfTheSpace() {
    long seed = 7;
    SplittableRandom random = new SplittableRandom(seed);
    for (String text : List.of(MOBILENET, SPEECH, LARGE_KERNEL)) {
      Workload workload = Workload.parse(text);
      ConfigSpace space = template.space(workload, target(Isa.AVX2));
      for (int i = 0; i < 300; i++) {
        Map<String, String> values = new LinkedHashMap<>();
        for (Knob knob : space.knobs()) {
          values.put(knob.name(), knob.values().get(random.nextInt(knob.values().size())));
        }
        Schedule schedule = new Schedule(space.template(), space.version(), values);
        assertEquals(
            space.contains(schedule),
            template.kernel(workload, target(Isa.AVX2), schedule).isPresent(),
            () -> "seed " + seed + ": " + schedule.text());
      }
    }
  }

  @Test
  void kernel_foreignSchedule_isEmpty() {
    Workload workload = Workload.parse(MOBILENET);
    Schedule schedule = template.defaultSchedule(workload, target(Isa.AVX2));
    Map<String, String> vnni = new LinkedHashMap<>(schedule.values());
    vnni.put(DepthwisePlan.LEAF, "avx512_vnni");

    for (Schedule foreign :
        List.of(
            new Schedule(schedule.template(), schedule.version() + 1, schedule.values()),
            new Schedule("conv2d_direct", schedule.version(), schedule.values()),
            new Schedule(schedule.template(), schedule.version(), Map.of()),
            new Schedule(schedule.template(), schedule.version(), vnni))) {
      assertTrue(template.kernel(workload, target(Isa.AVX2), foreign).isEmpty(), foreign.text());
    }
  }

  @Test
  void uncovered_paddedBeyondAnyBuffer_saysHowMuch() {
    Workload workload =
        Workload.parse(
            "depthwise_conv2d_NCHWc_int8 n=1 c=1 ih=1 iw=1 m=1 kh=2 kw=2"
                + " stride=60000,60000 pad=60000,60000,60000,60000 dilation=60000,60000 act=u8"
                + " wgt=s8 out=s32");

    assertEquals(
        "a packed buffer would have 57600960008 bytes, at most 1073741824 are supported",
        template.uncovered(workload, target(Isa.SSE2)).orElseThrow());
    assertTrue(template.uncovered(Workload.parse(SPEECH), target(Isa.SSE2)).isEmpty());
  }

  @Test
  void looped_onlyWhereTheKernelIsLarge() {
    assertFalse(tapsOf(MOBILENET).contains(DepthwisePlan.TAPS_LOOPED));
    assertEquals(Set.of(DepthwisePlan.TAPS_LOOPED), tapsOf(LARGE_KERNEL));
  }

  private Set<String> tapsOf(String workload) {
    return points(template.space(Workload.parse(workload), target(Isa.AVX2))).stream()
        .map(schedule -> schedule.choice(DepthwisePlan.TAPS))
        .collect(Collectors.toSet());
  }

  private static List<Schedule> points(ConfigSpace space) {
    return IntStream.range(0, space.size()).mapToObj(space::at).toList();
  }

  private static Target target(Isa isa) {
    return new Target(isa.arch(), isa.llvmCpu(), isa, 1);
  }
}
