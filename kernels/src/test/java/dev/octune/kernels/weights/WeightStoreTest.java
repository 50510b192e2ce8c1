package dev.octune.kernels.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.workload.Workload;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WeightStoreTest {
  private static final byte[] WEIGHTS = {1, -2, 64, -64};

  private static Workload workload(String numerics, byte[] weights) {
    return Workload.parse(
        "dense_int8 m=1 k=2 n=2 act=u8 %s out=s32 weights=%s"
            .formatted(numerics, WeightStore.hash(weights)));
  }

  @Test
  void hash_ofNoBytes_isTheStandardsOwn() {
    assertEquals(
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        WeightStore.hash(new byte[0]));
  }

  @Test
  void of_knownWeights_areTheWorkloads() {
    WeightStore store = WeightStore.of(WEIGHTS);
    assertArrayEquals(WEIGHTS, store.of(workload("wgt=s8[-64,64]", WEIGHTS)).orElseThrow());
    assertEquals(
        Optional.empty(), store.of(Workload.parse("dense_int8 m=1 k=2 n=2 act=u8 wgt=s8 out=s32")));
  }

  @Test
  void of_unknownWeights_saysHowToMend() {
    MissingWeightsException e =
        assertThrows(
            MissingWeightsException.class,
            () -> WeightStore.empty().of(workload("wgt=s8", WEIGHTS)));
    assertTrue(String.valueOf(e.getMessage()).contains("--weights real"), e.getMessage());
  }

  @Test
  void of_weightsThatCannotBeTheWorkloads_isRefused() {
    byte[] short3 = {1, 2, 3};
    WeightStore store = WeightStore.of(short3, WEIGHTS);
    assertThrows(MissingWeightsException.class, () -> store.of(workload("wgt=s8", short3)));
    assertThrows(
        MissingWeightsException.class, () -> store.of(workload("wgt=s8[-32,32]", WEIGHTS)));
  }
}
