package dev.octune.tuner.cli;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.Host;
import dev.octune.tuner.report.TasksReport;
import dev.octune.tuner.task.TaskList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows which kernels a network needs. */
@Command(
    name = "tasks",
    description = "Shows which layers become which task, how often, and why a layer has no task.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  octune tasks model.tflite",
      "  octune tasks model.tflite --json | jq '.uncovered'",
      "  octune tasks model.tflite --out requantized",
    })
final class TasksCommand implements Callable<Integer> {
  @Mixin private final JsonOption json = new JsonOption();
  @Mixin private final TargetOption target = new TargetOption();
  @Mixin private final WeightsOption weights = new WeightsOption();
  @Mixin private final OutOption out = new OutOption();

  @Parameters(
      arity = "1",
      paramLabel = "MODEL",
      description = "A .tflite file, or a list of configs/networks.")
  private String model = "";

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() {
    TaskList tasks =
        new TaskInputs(
                KernelLibrary.standard(Wiring.weights()),
                target.resolve(Host.detect()),
                out.outputs(),
                weights.real())
            .read(List.of(model));
    TasksReport report = new TasksReport(tasks);
    spec.commandLine()
        .getOut()
        .print(json.asked() ? report.json().toPrettyString() + "\n" : report.table());
    spec.commandLine().getOut().flush();
    return Octune.EXIT_DONE;
  }
}
