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
}
