package dev.octune.kernels.space;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.text.TextException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigSpaceTest {
  private static final List<Knob> KNOBS =
      List.of(
          Knob.Choice.of("leaf", "avx2_s16", "plain"),
          Knob.Size.of("ow_tile", 1, 2, 4),
          Knob.Size.of("oc_vectors", 1, 2));

  @Test
  void at_withConstraint_countsTheLegalPointsLastKnobFastest() {
    ConfigSpace space =
        ConfigSpace.of("conv", 3, KNOBS, at -> at.size("ow_tile") * at.size("oc_vectors") <= 4);

    assertEquals(12, space.rawSize());
    assertEquals(10, space.size());
    assertEquals("conv/3 leaf=avx2_s16 ow_tile=1 oc_vectors=1", space.at(0).text());
    assertEquals("conv/3 leaf=avx2_s16 ow_tile=1 oc_vectors=2", space.at(1).text());
    assertEquals("conv/3 leaf=avx2_s16 ow_tile=4 oc_vectors=1", space.at(4).text());
    assertEquals("conv/3 leaf=plain ow_tile=1 oc_vectors=1", space.at(5).text());
    assertEquals(OptionalInt.empty(), space.indexOf(new int[] {0, 2, 1}));
    assertThrows(IndexOutOfBoundsException.class, () -> space.at(10));
  }

  @Test
  void pruned_twoConstraints_eachCountsWhatThoseBeforeLetThrough() {
    ConfigSpace space =
        ConfigSpace.ofSchedules(
            "conv",
            3,
            KNOBS,
            at -> at,
            List.of(
                new Constraint<Schedule>("no plain leaf", at -> !at.choice("leaf").equals("plain")),
                new Constraint<Schedule>("small tile", at -> at.size("ow_tile") < 4),
                new Constraint<Schedule>("anything", _ -> true)));

    assertEquals(
        List.of(
            new ConfigSpace.Pruned("no plain leaf", 6),
            new ConfigSpace.Pruned("small tile", 2),
            new ConfigSpace.Pruned("anything", 0)),
        space.pruned());
    assertEquals(4, space.size());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void at_randomSpace_roundTripsThroughCoordinatesScheduleAndText(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Knob> knobs = new ArrayList<>();
    for (int k = 0; k < 1 + random.nextInt(5); k++) {
      int[] sizes = new int[1 + random.nextInt(5)];
      for (int v = 0; v < sizes.length; v++) {
        sizes[v] = v * 3 + random.nextInt(3);
      }
      knobs.add(Knob.Size.of("knob" + k, sizes));
    }
    long odd = seed % 2;
    ConfigSpace space =
        ConfigSpace.of("t", 1, knobs, at -> (at.text().hashCode() & 1) == odd || odd == 0);
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < space.size(); i++) {
      Schedule point = space.at(i);
      assertEquals(OptionalInt.of(i), space.indexOf(point), () -> "seed " + seed);
      assertEquals(OptionalInt.of(i), space.indexOf(space.coordinates(i)));
      assertEquals(OptionalInt.of(i), space.indexOf(Schedule.parse(point.text())));
      assertTrue(seen.add(point.text()));
    }
  }

  @Test
  void indexOf_foreignSchedule_isEmpty() {
    ConfigSpace space = ConfigSpace.of("conv", 3, KNOBS, _ -> true);

    for (String text :
        List.of(
            "dense/3 leaf=plain ow_tile=1 oc_vectors=1",
            "conv/2 leaf=plain ow_tile=1 oc_vectors=1",
            "conv/3 leaf=plain ow_tile=1",
            "conv/3 leaf=plain ow_tile=1 oc_vectors=1 more=1",
            "conv/3 leaf=plain ow_tile=3 oc_vectors=1",
            "conv/3 leaf=plain ow_tile=1 oc_lanes=1")) {
      assertFalse(space.contains(Schedule.parse(text)), text);
    }
    assertTrue(space.contains(Schedule.parse("conv/3 oc_vectors=1 leaf=plain ow_tile=1")));
  }

  @Test
  void indexOf_wrongCoordinates_areRefused() {
    ConfigSpace space = ConfigSpace.of("conv", 3, KNOBS, _ -> true);

    for (int[] wrong : List.of(new int[] {0, 0}, new int[] {0, 3, 0}, new int[] {0, -1, 1})) {
      assertThrows(IllegalArgumentException.class, () -> space.indexOf(wrong));
    }
  }

  @Test
  void of_tooManyPoints_isRefusedBeforeEnumeration() {
    int[] many = new int[2048];
    for (int i = 0; i < many.length; i++) {
      many[i] = i;
    }
    List<Knob> knobs =
        List.of(
            Knob.Size.of("a", many),
            Knob.Size.of("b", many),
            Knob.Size.of("c", many),
            Knob.Size.of("d", many),
            Knob.Size.of("e", many),
            Knob.Size.of("f", many));

    var e =
        assertThrows(
            IllegalArgumentException.class, () -> ConfigSpace.of("huge", 1, knobs, _ -> true));
    assertEquals("space of huge has over 4194304 points", e.getMessage());
  }

  @Test
  void knob_wrongNameOrValues_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> Knob.Size.of("a"));
    assertThrows(IllegalArgumentException.class, () -> Knob.Size.of("a", 1, 1));
    assertThrows(IllegalArgumentException.class, () -> Knob.Size.of("A", 1));
    assertThrows(IllegalArgumentException.class, () -> Knob.Choice.of("a", "two words"));
    assertThrows(IllegalArgumentException.class, () -> Knob.Choice.of("a", ""));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            ConfigSpace.of("t", 1, List.of(Knob.Size.of("a", 1), Knob.Size.of("a", 2)), _ -> true));
  }

  @Test
  void coordinates_ofAPoint_nameItsValues() {
    ConfigSpace space = ConfigSpace.of("conv", 3, KNOBS, _ -> true);

    assertArrayEquals(new int[] {1, 2, 0}, space.coordinates(10));
  }

  @Test
  void schedule_parse_saysWhatIsWrong() {
    assertEquals(
        "schedule 'conv a=1': 'conv' is not template/version. Mend: start with, say,"
            + " conv2d_direct/1",
        assertThrows(TextException.class, () -> Schedule.parse("conv a=1")).getMessage());
    Schedule schedule = Schedule.parse("conv/1 a=x");
    assertEquals(
        "schedule 'conv/1 a=x': knob 'b' is missing. Mend: add b=…",
        assertThrows(TextException.class, () -> schedule.choice("b")).getMessage());
    assertEquals(
        "schedule 'conv/1 a=x': knob 'a' is 'x'. Mend: use a number",
        assertThrows(TextException.class, () -> schedule.size("a")).getMessage());
  }
}
