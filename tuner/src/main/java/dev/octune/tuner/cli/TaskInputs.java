package dev.octune.tuner.cli;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.graph.ModelFile;
import dev.octune.tuner.graph.QuantizedGraph;
import dev.octune.tuner.network.NetworkList;
import dev.octune.tuner.task.Outputs;
import dev.octune.tuner.task.TaskList;
import dev.octune.tuner.task.Tasks;
import dev.octune.tuner.task.TuningTask;
import dev.octune.tuner.task.UncoveredLayer;
import dev.octune.workers.weights.WeightFolder;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns the command line's MODEL and WORKLOAD arguments into tasks. An argument that is no file and
 * holds a = is a workload text, one that ends in .txt a network list, any other a model file.
 */
final class TaskInputs {
  private static final String LIST_ENDING = ".txt";

  private final KernelLibrary library;
  private final Target target;
  private final Outputs outputs;
  private final Optional<WeightFolder> realWeights;

  /**
   * @param outputs of the layers of models
   * @param realWeights where given, layers of models name their weights, which are kept there
   */
  TaskInputs(
      KernelLibrary library, Target target, Outputs outputs, Optional<WeightFolder> realWeights) {
    this.library = library;
    this.target = target;
    this.outputs = outputs;
    this.realWeights = realWeights;
  }

  /** The tasks of all arguments together, equal workloads joined. */
  TaskList read(List<String> arguments) {
    Map<Workload, TuningTask> tasks = new LinkedHashMap<>();
    List<UncoveredLayer> uncovered = new ArrayList<>();
    for (String argument : arguments) {
      TaskList list = read(argument);
      list.tasks().forEach(task -> tasks.merge(task.workload(), task, TaskInputs::join));
      uncovered.addAll(list.uncovered());
    }
    return new TaskList(List.copyOf(tasks.values()), uncovered);
  }

  private TaskList read(String argument) {
    Path path = path(argument);
    if (!Files.exists(path) && argument.indexOf('=') >= 0) {
      return workload(Workload.parse(argument));
    }
    return argument.endsWith(LIST_ENDING)
        ? network(NetworkList.read(path))
        : model(ModelFile.read(path));
  }

  private TaskList model(QuantizedGraph graph) {
    return realWeights
        .map(
            folder ->
                Tasks.extractOnWeights(graph, library, target, outputs, Wiring.keeper(folder)))
        .orElseGet(() -> Tasks.extract(graph, library, target, outputs));
  }

  private static Path path(String argument) {
    try {
      return Path.of(argument);
    } catch (InvalidPathException e) {
      throw new UsageException(
          "'%s' is no path and no workload: %s. Mend: give a file or a workload text"
              .formatted(argument, e.getMessage()),
          e);
    }
  }

  /** A workload that a person wrote must have a template; there is nothing else to go on with. */
  private TaskList workload(Workload workload) {
    Spaces.requireCovered(library, workload, target);
    return new TaskList(List.of(new TuningTask(workload, 1, List.of())), List.of());
  }

  private TaskList network(NetworkList network) {
    List<TuningTask> tasks = new ArrayList<>();
    List<UncoveredLayer> uncovered = new ArrayList<>();
    for (NetworkList.Entry entry : network.entries()) {
      Optional<String> reason = library.uncovered(entry.workload(), target);
      if (reason.isPresent()) {
        uncovered.add(
            new UncoveredLayer(entry.workload().text(), entry.workload().operator(), reason.get()));
      } else {
        tasks.add(new TuningTask(entry.workload(), entry.uses(), List.of()));
      }
    }
    return new TaskList(tasks, uncovered);
  }

  private static TuningTask join(TuningTask one, TuningTask other) {
    List<String> layers = new ArrayList<>(one.layers());
    layers.addAll(other.layers());
    return new TuningTask(one.workload(), one.uses() + other.uses(), layers);
  }
}
