package dev.octune.kernels.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FeaturesTest {
  private static final Workload CONV =
      Workload.parse(
          "conv2d_NCHWc_int8 n=1 ic=64 ih=28 iw=28 oc=40 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
              + " dilation=1,1 act=u8 wgt=s8 out=s32");
  private static final Target AVX2 = Target.parse("x86_64 cpu=znver3 isa=avx2 threads=1");
  private static final ConfigSpace SPACE =
      ConfigSpace.of(
          "conv2d_direct",
          1,
          List.of(
              Knob.Choice.of("leaf", "avx2_s16", "avx2_s16w8", "avx2_maddubs"),
              Knob.Size.of("ic_block", 4, 16, 64),
              Knob.Size.of("oc_vectors", 1, 2, 4),
              Knob.Size.of("ow_tile", 2, 5, 7),
              Knob.Choice.of("taps", "loop", "unrolled")),
          _ -> true);
  private final Features features = Features.of(CONV, AVX2, SPACE);

  @Test
  void row_byCoordinatesAndBySchedule_isTheSame() {
    for (int i = 0; i < SPACE.size(); i++) {
      assertArrayEquals(features.row(SPACE.coordinates(i)), features.row(SPACE.at(i)));
    }
  }

  /** Two schedules that the model could not tell apart could not be ranked either. */
  @Test
  void row_ofEachPoint_differsFromAllOthers() {
    Set<List<Float>> rows = new HashSet<>();
    for (int i = 0; i < SPACE.size(); i++) {
      List<Float> row = new ArrayList<>();
      for (float value : features.row(SPACE.coordinates(i))) {
        row.add(value);
      }
      assertTrue(rows.add(row), "point " + SPACE.at(i).text());
    }
  }

  @Test
  void row_ofADividingTile_coversExactly() {
    Schedule divides =
        Schedule.parse(
            "conv2d_direct/1 leaf=avx2_s16 ic_block=16 oc_vectors=1 ow_tile=7 taps=loop");
    assertEquals(1, value(divides, Feature.COLUMN_COVER));
    assertEquals(1, value(divides, Feature.OUT_CHANNEL_COVER));
    Schedule wastes =
        Schedule.parse(
            "conv2d_direct/1 leaf=avx2_s16 ic_block=16 oc_vectors=4 ow_tile=5 taps=loop");
    assertEquals(30f / 28, value(wastes, Feature.COLUMN_COVER));
    assertEquals(64f / 40, value(wastes, Feature.OUT_CHANNEL_COVER));
    assertEquals(20, value(wastes, Feature.ACCUMULATORS));
    assertEquals(16 - 24 - 2, value(wastes, Feature.REGISTERS_FREE));
    assertEquals(9f / 20, value(wastes, Feature.LOADS_PER_MULTIPLY_ADD));
  }

  @Test
  void row_ofNoSuchKnob_isNaN() {
    float[] row = features.row(SPACE.coordinates(0));
    assertTrue(Float.isNaN(row[Feature.WEIGHTS.column()]));
    assertTrue(Float.isNaN(row[Feature.OTHER_0.column()]));
    assertEquals(1, row[Feature.OH_TILE.column()]);
    assertEquals(28, Math.round(Math.pow(2, row[Feature.LOG_STRIP.column()])));
  }

  @Test
  void row_moreUnknownKnobsThanSlots_leavesTheRestOut() {
    List<Knob> many = new ArrayList<>();
    for (int k = 0; k < 11; k++) {
      many.add(Knob.Size.of("knob" + k, 3));
    }
    ConfigSpace space = ConfigSpace.of("t", 1, many, _ -> true);
    float[] row = Features.of(CONV, AVX2, space).row(space.coordinates(0));
    assertEquals(2, row[Feature.OTHER_0.column()]);
    assertEquals(2, row[Feature.OTHER_7.column()]);
  }

  @Test
  void row_foreignSchedule_isRefused() {
    Schedule foreign =
        Schedule.parse(
            "conv2d_direct/1 leaf=avx2_s16 ic_block=17 oc_vectors=1 ow_tile=7 taps=loop");
    String message =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> features.row(foreign)).getMessage());
    assertTrue(message.contains("ic_block is none of [4, 16, 64]"), message);
  }

  private float value(Schedule schedule, Feature feature) {
    return features.row(schedule)[feature.column()];
  }
}
