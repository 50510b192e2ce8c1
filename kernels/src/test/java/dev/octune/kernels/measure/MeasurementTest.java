package dev.octune.kernels.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.octune.kernels.measure.Measurement.CacheState;
import dev.octune.kernels.measure.Measurement.Placement;
import dev.octune.kernels.measure.Measurement.Sample;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeasurementTest {
  @Test
  void medianNanos_isTheMedianOverPlacementsOfTheirSampleMedians() {
    var timed =
        new Measurement.Timed(
            List.of(placement(30, 10, 20), placement(100, 1, 2, 99), placement(7)), CacheState.HOT);

    assertEquals(20, timed.placements().get(0).medianNanos());
    assertEquals(50.5, timed.placements().get(1).medianNanos());
    assertEquals(20, timed.medianNanos());
  }

  @Test
  void timed_withoutPlacementOrSample_isRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> new Measurement.Timed(List.of(), CacheState.HOT));
    assertThrows(IllegalArgumentException.class, () -> new Placement(0, List.of()));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void sample_noTime_isRefused(double nanos) {
    assertThrows(IllegalArgumentException.class, () -> new Sample(nanos, 1, false));
  }

  @Test
  void sample_withoutCalls_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Sample(1, 0, false));
  }

  @Test
  void status_isOneWordPerOutcome() {
    assertEquals(
        List.of("timed", "wrong_answer", "build_failed", "run_failed", "timed_out", "device_lost"),
        List.of(
            new Measurement.Timed(List.of(placement(1)), CacheState.DISPLACED).status(),
            new Measurement.WrongAnswer("random", "out[3] is 4, not 5", "octune …").status(),
            new Measurement.BuildFailed("undefined symbol").status(),
            new Measurement.RunFailed("SIGSEGV").status(),
            new Measurement.TimedOut("build", 5000).status(),
            new Measurement.DeviceLost("runner gone").status()));
  }

  private static Placement placement(double... nanos) {
    List<Sample> samples = new ArrayList<>();
    for (double n : nanos) {
      samples.add(new Sample(n, 10, false));
    }
    return new Placement(0, samples);
  }
}
