package dev.octune.rpc.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class BackOffTest {
  private static BackOff backOff(long seed) {
    return new BackOff(Duration.ofMillis(250), Duration.ofSeconds(30), new SplittableRandom(seed));
  }

  @Test
  void waits_doubleToTheLimit_withinHalfOfThemselves() {
    BackOff backOff = backOff(1);
    long step = 250;
    for (int attempt = 0; attempt < 70; attempt++) {
      long wait = backOff.next().toMillis();
      long whole = Math.min(step, 30_000);
      assertTrue(wait >= whole / 2 - 1 && wait <= whole, attempt + ": " + wait);
      step = Math.min(step * 2, 30_000);
    }
  }

  @Test
  void reset_beginsAnew() {
    BackOff backOff = backOff(2);
    for (int i = 0; i < 10; i++) {
      var _ = backOff.next();
    }
    backOff.reset();
    assertTrue(backOff.next().toMillis() <= 250);
  }

  @Test
  void thousandWorkers_doNotComeBackAtOnce() {
    long distinct =
        LongStream.range(0, 1000).map(seed -> backOff(seed).next().toMillis()).distinct().count();
    assertTrue(distinct > 80, "distinct moments of 125: " + distinct);
    assertEquals(backOff(5).next(), backOff(5).next(), "the same seed waits the same");
  }
}
