package dev.octune.tuner.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows which schedules a workload has. */
@Command(
    name = "space",
    description = "Shows the schedules a workload has here: knobs, values, size, what is pruned.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example:",
      "  octune space 'dense_int8 m=16 k=768 n=768 act=u8 wgt=s8 out=s32'",
    })
final class SpaceCommand implements Callable<Integer> {
  @Mixin private final JsonOption json = new JsonOption();
  @Mixin private final TargetOption target = new TargetOption();

  @Parameters(paramLabel = "WORKLOAD", description = "A canonical workload text, quoted.")
  private String workload = "";

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() {
    Workload parsed = Workload.parse(workload);
    Target resolved = target.resolve(Host.detect());
    KernelLibrary library = KernelLibrary.standard(Wiring.weights());
    Spaces.requireCovered(library, parsed, resolved);
    ConfigSpace space = library.space(parsed, resolved);
    PrintWriter out = spec.commandLine().getOut();
    String byDefault = library.defaultSchedule(parsed, resolved).text();
    if (json.asked()) {
      out.println(json(parsed, resolved, space, byDefault));
    } else {
      out.printf("template   %s/%d%n", space.template(), space.version());
      out.printf("schedules  %d (of %d before pruning)%n", space.size(), space.rawSize());
      out.printf("default    %s%n", byDefault);
      out.println("pruned, each by the first that forbids it:");
      for (ConfigSpace.Pruned pruned : space.pruned()) {
        out.printf("  %8d  %s%n", pruned.points(), pruned.constraint());
      }
      for (Knob knob : space.knobs()) {
        out.printf("%-10s %s%n", knob.name(), String.join(", ", knob.values()));
      }
    }
    return Octune.EXIT_DONE;
  }

  private static ObjectNode json(
      Workload workload, Target target, ConfigSpace space, String byDefault) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("workload", workload.text());
    node.put("target", target.text());
    node.put("template", space.template() + "/" + space.version());
    node.put("size", space.size());
    node.put("raw_size", space.rawSize());
    node.put("default", byDefault);
    ArrayNode pruned = node.putArray("pruned");
    for (ConfigSpace.Pruned by : space.pruned()) {
      pruned.addObject().put("constraint", by.constraint()).put("points", by.points());
    }
    ArrayNode knobs = node.putArray("knobs");
    for (Knob knob : space.knobs()) {
      ObjectNode entry = knobs.addObject();
      entry.put("name", knob.name());
      ArrayNode values = entry.putArray("values");
      knob.values().forEach(values::add);
    }
    return node;
  }
}
