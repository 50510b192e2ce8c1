package dev.octune.kernels.features;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The features of every template that there is, on every instruction set. */
class FeaturesOfTemplatesTest {
  /** Points of a space that are looked at, spread over it. */
  private static final int POINTS = 400;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "conv2d_NCHWc_int8 n=1 ic=3 ih=33 iw=17 oc=10 kh=3 kw=3 stride=2,2 pad=1,1,1,1"
            + " dilation=1,1 act=u8 wgt=s8[-64,64] out=s32",
        "conv2d_NCHWc_int8 n=1 ic=16 ih=8 iw=8 oc=32 kh=1 kw=1 stride=1,1 pad=0,0,0,0"
            + " dilation=1,1 act=u8[0,127] wgt=s8[-32,32] out=s32",
        "depthwise_conv2d_NCHWc_int8 n=1 c=8 ih=20 iw=20 m=2 kh=5 kw=5 stride=1,1 pad=2,2,2,2"
            + " dilation=1,1 act=u8 wgt=s8 out=s32",
        "dense_int8 m=1 k=64 n=10 act=u8 wgt=u8 wzp=120 out=s32",
        "batch_matmul_int8 b=2 m=16 k=64 n=24 act=u8 wgt=s8 out=s32"
      })
  void row_ofEachTemplate_isFiniteAndTellsPointsApart(String text) {
    Workload workload = Workload.parse(text);
    for (Isa isa : Isa.values()) {
      Target target = new Target(isa.arch(), "generic", isa, 1);
      ConfigSpace space = KernelLibrary.standard().space(workload, target);
      Features features = Features.of(workload, target, space);
      Map<List<Float>, String> seen = new HashMap<>();
      for (int i = 0; i < Math.min(POINTS, space.size()); i++) {
        int index = (int) ((long) i * space.size() / Math.min(POINTS, space.size()));
        List<Float> row = new ArrayList<>();
        for (float value : features.row(space.coordinates(index))) {
          assertFalse(Float.isInfinite(value), () -> space.at(index).text());
          row.add(value);
        }
        String twin = seen.put(row, space.at(index).text());
        assertTrue(twin == null, () -> "same row: " + twin + " and " + space.at(index).text());
      }
    }
  }
}
