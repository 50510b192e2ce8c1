package dev.octune.tuner.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.graph.ModelFile;
import dev.octune.tuner.graph.Models;
import dev.octune.tuner.graph.QuantizedGraph;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tasks of published networks. */
class ModelTasksTest {
  private static TaskList tasks(String file) {
    return Tasks.extract(ModelFile.read(Models.path("tflite/" + file)), _ -> Optional.empty());
  }

  private static List<Workload> workloads(TaskList tasks) {
    return tasks.tasks().stream().map(TuningTask::workload).toList();
  }

  @Test
  void extract_everyModelOfTheManifest_hasEachLayerOnce() {
    List<Models.Listed> models = Models.tflite();
    assumeFalse(models.isEmpty(), "no models at " + Models.folder());
    for (Models.Listed model : models) {
      QuantizedGraph graph = ModelFile.read(Models.path(model.file()));
      TaskList tasks = Tasks.extract(graph, _ -> Optional.empty());
      Map<String, Integer> seen = new HashMap<>();
      Set<String> layers = new HashSet<>();
      for (TuningTask task : tasks.tasks()) {
        assertEquals(task.uses(), task.layers().size(), model.file());
        String operator =
            switch (task.workload()) {
              case Conv2d _ -> "conv2d";
              case DepthwiseConv2d _ -> "dw";
              default -> "fc";
            };
        seen.merge(operator, task.uses(), Integer::sum);
        layers.addAll(task.layers());
      }
      for (UncoveredLayer layer : tasks.uncovered()) {
        String operator =
            switch (layer.op()) {
              case "CONV_2D" -> "conv2d";
              case "DEPTHWISE_CONV_2D" -> "dw";
              case "FULLY_CONNECTED" -> "fc";
              case "SVDF" -> "svdf";
              default -> layer.op();
            };
        seen.merge(operator, 1, Integer::sum);
        layers.add(layer.layer());
      }
      for (String operator : List.of("conv2d", "dw", "fc", "svdf")) {
        assertEquals(model.count(operator), seen.getOrDefault(operator, 0), model + " " + operator);
      }
      assertEquals(
          tasks.uses() + tasks.uncovered().size(), layers.size(), "layer names of " + model);
    }
  }

  @Test
  void extract_resnet8_hasSymmetricWeightsAndZeroPoint128() {
    TaskList tasks = tasks("resnet8_cifar_s8.tflite");
    assertEquals(List.of(), tasks.uncovered());
    assertEquals(10, tasks.uses());
    assertTrue(
        workloads(tasks)
            .contains(
                Workload.parse(
                    "conv2d_NCHWc_int8 n=1 ic=16 ih=32 iw=32 oc=16 kh=3 kw=3 stride=1,1"
                        + " pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8[-127,127] out=s32")));
  }

  @Test
  void extract_modelsOfTheManifest_haveItsMultiplyAdds() {
    List<Models.Listed> models = Models.tflite();
    assumeFalse(models.isEmpty(), "no models at " + Models.folder());
    for (Models.Listed model : models) {
      TaskList tasks = tasks(model.file().substring("tflite/".length()));
      if (tasks.uncovered().isEmpty()) {
        long macs =
            tasks.tasks().stream().mapToLong(task -> task.uses() * task.workload().macs()).sum();
        assertEquals(model.megaMacs(), macs / 1e6, 0.00501, model.file());
      }
    }
  }

  @Test
  void extract_kwsDscnn_padsItsFirstConvWith211() {
    assertEquals(
        Workload.parse(
            "conv2d_NCHWc_int8 n=1 ic=1 ih=49 iw=10 oc=64 kh=10 kw=4 stride=2,2 pad=4,1,5,1"
                + " dilation=1,1 act=u8 azp=211 wgt=s8[-127,127] out=s32"),
        workloads(tasks("kws_dscnn_s8.tflite")).getFirst());
  }

  @Test
  void extract_mobilenetV1_keepsTheWeightZeroPoints() {
    TaskList tasks = tasks("mobilenet_v1_0.25_128_u8.tflite");
    List<Integer> zeroPoints =
        workloads(tasks).stream().map(workload -> workload.numerics().wzp()).toList();
    assertEquals(List.of(157, 204, 120), zeroPoints.subList(0, 3));
    assertTrue(zeroPoints.contains(61));
    assertTrue(workloads(tasks).stream().noneMatch(w -> w.numerics().wgt().signed()));
  }

  @Test
  void extract_seanet16x8_isUncoveredForItsInt16Activations() {
    TaskList tasks = tasks("seanet_conv10_s16act_s8w.tflite");
    assertEquals(List.of(), tasks.tasks());
    assertEquals("CONV_2D", tasks.uncovered().getFirst().op());
    assertEquals(
        "int16 activations with int8 weights: kernels take 8-bit codes on both sides",
        tasks.uncovered().getFirst().reason());
  }

  @Test
  void extract_scrambledKeyword_tellsOfItsSvdfLayers() {
    TaskList tasks = tasks("keyword_scrambled_svdf_s8.tflite");
    assertEquals(5, tasks.uses());
    assertEquals(7, tasks.uncovered().size());
    assertEquals(
        new UncoveredLayer(
            "SVDF#1",
            "SVDF",
            "filter over time with state between inferences: no workload describes it"),
        tasks.uncovered().getFirst());
  }

  @Test
  void weights_ofResnet8_lieInTheirTasksClass() {
    QuantizedGraph graph = ModelFile.read(Models.path("tflite/resnet8_cifar_s8.tflite"));
    for (TuningTask task : Tasks.extract(graph, _ -> Optional.empty()).tasks()) {
      for (String layer : task.layers()) {
        byte[] weights = Tasks.weights(graph, layer).orElseThrow();
        assertEquals(task.workload().wgtElements(), weights.length);
        for (byte weight : weights) {
          assertTrue(task.workload().numerics().wgt().min() <= weight, layer);
        }
      }
    }
  }
}
