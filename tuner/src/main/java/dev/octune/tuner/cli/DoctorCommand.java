package dev.octune.tuner.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.db.TuningDb;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Target;
import dev.octune.workers.local.LocalDevice;
import dev.octune.workers.local.Roofs;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Tells what this machine can do, and what stands in the way of good measurements. */
@Command(
    name = "doctor",
    description =
        "Tells what this machine has: instructions, CPUs, caches, huge pages, sandbox, compiler,"
            + " and the roof of each leaf operation, measured anew.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  octune doctor --json",
      "  octune doctor --runner-user nobody       what kernels find that run as nobody",
    })
final class DoctorCommand implements Callable<Integer> {
  private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
  private static final Path GOVERNOR =
      Path.of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  private static final String UNKNOWN = "not told by the system";

  @Mixin private final JsonOption json = new JsonOption();
  @Mixin private final TargetOption targetOption = new TargetOption();
  @Mixin private final RunnerUserOption runnerUser = new RunnerUserOption();

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() {
    Host host = Host.detect();
    Target target = targetOption.resolveRunnable(host);
    KernelLibrary library = KernelLibrary.standard();
    PrintWriter err = spec.commandLine().getErr();
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    report.put("octune", Version.text());
    report.put("processor", host.model());
    report.put("target", target.text());
    ArrayNode cpus = report.putArray("allowed_cpus");
    host.allowedCpus().forEach(cpus::add);
    ArrayNode caches = report.putArray("caches");
    for (Host.Cache cache : host.caches()) {
      caches
          .addObject()
          .put("level", cache.level())
          .put("type", cache.type().name().toLowerCase(Locale.ROOT))
          .put("bytes", cache.bytes());
    }
    report.put("transparent_huge_pages", firstLine(HUGE_PAGES));
    report.put("cpu_governor", firstLine(GOVERNOR));
    report.put("compiler", Wiring.compilerVersion());
    report.put("database", TuningDb.defaultFile(System.getenv()).toString());
    try (LocalDevice device = Wiring.device(library, target, host, runnerUser.here())) {
      Roofs measured = device.roofs().join();
      ArrayNode inForce = report.putArray("sandbox");
      ObjectNode missing = report.putObject("sandbox_missing");
      measured.sandbox().inForce().forEach(protection -> inForce.add(protection.text()));
      measured
          .sandbox()
          .missing()
          .forEach((protection, reason) -> missing.put(protection.text(), reason));
      ObjectNode roofs = report.putObject("roof_gops");
      measured.leaves().forEach(roof -> roofs.put(roof.leaf(), roof.gops()));
      MachineRoofs.keep(library, target, host, measured, err);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json.asked()) {
      out.println(report.toPrettyString());
    } else {
      report.properties().forEach(e -> out.printf("%-24s %s%n", e.getKey(), plain(e.getValue())));
    }
    return Octune.EXIT_DONE;
  }

  private static String plain(com.fasterxml.jackson.databind.JsonNode value) {
    if (value.isTextual()) {
      return value.asText();
    }
    List<String> parts = new ArrayList<>();
    if (value.isArray()) {
      value.forEach(element -> parts.add(plain(element)));
    } else if (value.isObject()) {
      value.properties().forEach(e -> parts.add(e.getKey() + " " + plain(e.getValue())));
    } else {
      return value.isDouble()
          ? String.format(Locale.ROOT, "%.1f", value.asDouble())
          : value.asText();
    }
    return String.join(", ", parts);
  }

  private static String firstLine(Path file) {
    try {
      return Files.readString(file).lines().findFirst().orElse(UNKNOWN).strip();
    } catch (IOException e) {
      return UNKNOWN;
    }
  }
}
