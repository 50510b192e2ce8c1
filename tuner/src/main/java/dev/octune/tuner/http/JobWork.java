package dev.octune.tuner.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.text.TextException;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.coordinator.JobSpec;
import dev.octune.tuner.graph.ModelFile;
import dev.octune.tuner.graph.ModelFileException;
import dev.octune.tuner.graph.QuantizedGraph;
import dev.octune.tuner.network.NetworkList;
import dev.octune.tuner.task.Outputs;
import dev.octune.tuner.task.TaskList;
import dev.octune.tuner.task.Tasks;
import dev.octune.tuner.task.TuningTask;
import dev.octune.tuner.task.UncoveredLayer;
import dev.octune.tuner.task.WeightKeeper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns what somebody sends into tasks. Thread-safe; blocks as long as a model takes to read. */
final class JobWork {
  private final KernelLibrary library;
  private final WeightKeeper weights;

  /**
   * @param weights keeps those of layers for the workers
   */
  JobWork(KernelLibrary library, WeightKeeper weights) {
    this.library = library;
    this.weights = weights;
  }

  /** A list's workloads with their uses, equal ones joined. */
  Map<Workload, Integer> workloads(JsonNode list) {
    if (!list.isArray() || list.isEmpty() || list.size() > JobSpec.MAX_TASKS) {
      throw new Problem(
              Problem.Kind.MALFORMED,
              "workloads is no array of 1 to %d texts.".formatted(JobSpec.MAX_TASKS),
              "give workload texts, such as those of octune tasks")
          .exception();
    }
    Map<Workload, Integer> uses = new LinkedHashMap<>();
    for (int i = 0; i < list.size(); i++) {
      JsonNode entry = list.get(i);
      JsonNode text = entry.isObject() ? entry.path("workload") : entry;
      JsonNode count = entry.path("uses");
      boolean countFits =
          count.isMissingNode()
              || (count.isInt() && count.asInt() >= 1 && count.asInt() <= NetworkList.MAX_USES);
      if (!text.isTextual() || !countFits || entry.size() > (count.isMissingNode() ? 1 : 2)) {
        throw new Problem(
                Problem.Kind.MALFORMED,
                "workloads[%d] is neither a text nor {\"workload\":\"…\",\"uses\":N}.".formatted(i),
                "give one of the two, uses in [1, %d]".formatted(NetworkList.MAX_USES))
            .exception();
      }
      try {
        uses.merge(
            Workload.parse(text.asText()), count.isMissingNode() ? 1 : count.asInt(), Integer::sum);
      } catch (TextException e) {
        throw Problem.of(Problem.Kind.UNFIT, "workloads[%d]: %s".formatted(i, e.getMessage()))
            .exception();
      }
    }
    return uses;
  }

  /** Tasks of workloads; those without a template are uncovered. */
  TaskList tasks(Map<Workload, Integer> uses, Target target) {
    List<TuningTask> tasks = new ArrayList<>();
    List<UncoveredLayer> uncovered = new ArrayList<>();
    uses.forEach(
        (workload, count) -> {
          Optional<String> reason = library.uncovered(workload, target);
          if (reason.isPresent()) {
            uncovered.add(new UncoveredLayer(workload.text(), workload.operator(), reason.get()));
          } else {
            tasks.add(new TuningTask(workload, count, List.of()));
          }
        });
    return requireTasks(new TaskList(tasks, uncovered));
  }

  /** Tasks of a model that a stranger sent. */
  TaskList tasks(Path model, Target target, Outputs outputs, boolean realWeights) {
    try {
      QuantizedGraph graph = ModelFile.read(model);
      return requireTasks(
          realWeights
              ? Tasks.extractOnWeights(graph, library, target, outputs, weights)
              : Tasks.extract(graph, library, target, outputs));
    } catch (ModelFileException e) {
      // Where the file lies here is nobody's business.
      throw Problem.of(
              Problem.Kind.UNFIT,
              String.valueOf(e.getMessage()).replace(model.toString(), "upload"))
          .exception();
    }
  }

  private static TaskList requireTasks(TaskList list) {
    if (list.tasks().isEmpty()) {
      throw new Problem(
              Problem.Kind.UNFIT,
              list.uncovered().isEmpty()
                  ? "There is no convolution, matrix product or fully connected layer in it."
                  : "None of its %d layers has a task; %s: %s."
                      .formatted(
                          list.uncovered().size(),
                          list.uncovered().getFirst().layer(),
                          list.uncovered().getFirst().reason()),
              "give int8 layers that octune tasks lists with a workload")
          .exception();
    }
    return list;
  }
}
