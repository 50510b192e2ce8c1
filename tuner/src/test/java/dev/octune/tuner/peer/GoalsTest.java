package dev.octune.tuner.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.workload.Workload;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoalsTest {
  @ParameterizedTest
  @CsvSource({"exact,17", "s64,24", "depthwise,6", "dense,8", "threads,11"})
  void of_set_hasItsWorkloadsOnce(String set, int count) {
    List<Workload> workloads =
        Goals.of(set, List.of(), false).stream()
            .flatMap(goal -> goal.workloads().stream())
            .toList();
    assertEquals(count, workloads.size());
    assertEquals(count, workloads.stream().distinct().count());
  }

  @Test
  void of_real_takesSquareLayersOfOneAndThreeAboveAMillion() {
    String tail = " stride=1,1 pad=0,0,0,0 dilation=1,1 act=u8 wgt=s8 out=s32";
    Workload large =
        Workload.parse("conv2d_NCHWc_int8 n=1 ic=64 ih=32 iw=32 oc=64 kh=1 kw=1" + tail);
    Workload small = Workload.parse("conv2d_NCHWc_int8 n=1 ic=8 ih=8 iw=8 oc=8 kh=3 kw=3" + tail);
    Workload wide =
        Workload.parse("conv2d_NCHWc_int8 n=1 ic=64 ih=32 iw=32 oc=64 kh=1 kw=7" + tail);
    Workload dense = Workload.parse("dense_int8 m=64 k=768 n=768 act=u8 wgt=s8 out=s32");
    Goal goal = Goals.of(Goals.REAL, List.of(large, small, wide, dense), false).getFirst();
    assertEquals(List.of(large), goal.workloads());
  }

  @Test
  void baseline_amongOthers_isTheFastestThatMayBeCompared() {
    Figure saturating = figure("onednn", "u8s8s32", Cap.KEPT, 10, 5);
    Figure floats = figure("onednn", "f32", Cap.KEPT, 30, 0);
    Figure uncapped = figure("onnxruntime", "u8s8s32", Cap.UNCAPPED, 11, 0);
    Figure wider = figure("onnxruntime", "u8u8s32", Cap.WIDER, 20, 0);
    List<Figure> others = List.of(saturating, floats, uncapped, wider);
    assertEquals(wider, Baseline.FASTEST_EXACT.of(others).orElseThrow());
    assertEquals(saturating, Baseline.ONEDNN.of(others).orElseThrow());
    assertEquals(wider, Baseline.ONNXRUNTIME_EXACT.of(others).orElseThrow());
    assertTrue(Baseline.ONE_THREAD.of(others).isEmpty());
  }

  private static Figure figure(String library, String path, Cap cap, double nanos, long wrong) {
    return new Figure(library, path, "kernel", cap, List.of(nanos), wrong, wrong, 100);
  }
}
