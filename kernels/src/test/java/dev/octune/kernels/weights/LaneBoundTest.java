package dev.octune.kernels.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.workload.ActRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LaneBoundTest {
  @ParameterizedTest
  @EnumSource(ActRange.class)
  void of_everyRange_isTheLargestThatFitsShort(ActRange act) {
    LaneBound bound = LaneBound.of(act);
    assertTrue(act.max() * bound.positive() <= Short.MAX_VALUE);
    assertTrue(act.max() * (bound.positive() + 1) > Short.MAX_VALUE);
    assertTrue(-act.max() * bound.negative() >= Short.MIN_VALUE);
    assertTrue(-act.max() * (bound.negative() + 1) < Short.MIN_VALUE);
  }

  /** Against the sums of products themselves, at the activations that are worst for a pair. */
  @ParameterizedTest
  @EnumSource(ActRange.class)
  void holds_everyPair_isWhetherItsProductsFitShort(ActRange act) {
    LaneBound bound = LaneBound.of(act);
    for (int a = Byte.MIN_VALUE; a <= Byte.MAX_VALUE; a++) {
      for (int b = Byte.MIN_VALUE; b <= Byte.MAX_VALUE; b++) {
        int[] sums = {act.max() * a, act.max() * b, act.max() * (a + b)};
        boolean fits = true;
        for (int sum : sums) {
          fits &= sum == (short) sum;
        }
        assertEquals(fits, bound.holds(a, b), a + " and " + b);
      }
    }
  }
}
