package dev.octune.tuner.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PermutationTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 17, 64, 65, 1000, 4096, 65_537, 4_194_304})
  void at_allPositions_hitsEachPointOnce(int size) {
    Permutation order = new Permutation(size, 42);
    BitSet hit = new BitSet(size);
    for (int position = 0; position < size; position++) {
      int point = order.at(position);
      assertTrue(point >= 0 && point < size);
      assertFalse(hit.get(point), () -> "point " + point + " comes twice");
      hit.set(point);
    }
    assertEquals(size, hit.cardinality());
  }

  /** χ² of 16 equal bins over the first 1 600 of 100 000 points, 15 degrees of freedom. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 20_261_122})
  void at_firstPositions_fallEvenly(long seed) {
    Permutation order = new Permutation(100_000, seed);
    int[] bins = new int[16];
    for (int position = 0; position < 1600; position++) {
      bins[order.at(position) / 6250]++;
    }
    double chiSquare = 0;
    for (int bin : bins) {
      chiSquare += (bin - 100.0) * (bin - 100.0) / 100;
    }
    double beyondOneInTenThousand = 44.3;
    assertTrue(chiSquare < beyondOneInTenThousand, "χ² is " + chiSquare);
  }

  @Test
  void at_otherSeed_givesAnotherOrder() {
    Permutation one = new Permutation(1000, 1);
    Permutation two = new Permutation(1000, 2);
    int same = 0;
    for (int position = 0; position < 1000; position++) {
      same += one.at(position) == two.at(position) ? 1 : 0;
    }
    assertTrue(same < 20, "equal at " + same + " of 1000 positions");
  }
}
