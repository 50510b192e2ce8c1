package dev.octune.tuner.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.search.Search;
import dev.octune.tuner.search.SearchTask;
import dev.octune.tuner.search.StrategyKind;
import dev.octune.workers.local.CheckResult;
import dev.octune.workers.local.LocalDevice;
import dev.octune.workers.run.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Proves kernels against the oracle without timing them; also through an emulator. */
@Command(
    name = "check",
    description =
        "Checks a workload's kernels against the oracle, every output of every fill, untimed.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  octune check 'dense_int8 m=16 k=768 n=768 act=u8 wgt=s8 out=s32' --samples 50",
      "  octune check '…' --target 'aarch64 cpu=cortex-a76 isa=dotprod threads=1' \\",
      "         --connect 'qemu-aarch64 -cpu max'",
      "  octune check '…' --target avxvnni --emulate     where no machine with it is at hand",
    })
final class CheckCommand implements Callable<Integer> {
  private static final int MAX_SAMPLES = 100_000;

  @Mixin private final JsonOption json = new JsonOption();
  @Mixin private final TargetOption targetOption = new TargetOption();
  @Mixin private final ConnectOption connect = new ConnectOption();
  @Mixin private final RunnerUserOption runnerUser = new RunnerUserOption();

  @Option(
      names = "--emulate",
      description =
          "Write what the target's instructions do in plain code, so that its kernels are checked"
              + " here whatever this machine has.")
  private boolean emulate;

  @Parameters(paramLabel = "WORKLOAD", description = "A canonical workload text, quoted.")
  private String workload = "";

  @Option(names = "--schedule", paramLabel = "TEXT", description = "Only this schedule.")
  private @Nullable String schedule;

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "Schedules to check, the default first, then random ones; default 20.")
  private int samples = 20;

  @Option(names = "--seed", paramLabel = "S", description = "Seed of sample and fills; default 1.")
  private long seed = 1;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() {
    if (samples < 1 || samples > MAX_SAMPLES) {
      throw new UsageException(
          "--samples is %d, must be in [1, %d]".formatted(samples, MAX_SAMPLES));
    }
    Host host = Host.detect();
    if (emulate && connect.isGiven()) {
      throw new UsageException(
          "--emulate runs kernels here, --connect elsewhere. Mend: give one of them");
    }
    if (connect.isGiven()) {
      runnerUser.refuseWithConnect();
    }
    Connection connection = connect.isGiven() ? connect.resolve() : runnerUser.here();
    Target target =
        emulate || connect.isGiven()
            ? targetOption.resolve(host)
            : targetOption.resolveRunnable(host);
    Target machine = emulate ? host.target().withThreads(target.threads()) : target;
    KernelLibrary library =
        emulate
            ? KernelLibrary.emulated(machine, Wiring.weights())
            : KernelLibrary.standard(Wiring.weights());
    SearchTask task = Spaces.task(library, Workload.parse(workload), target);
    List<Schedule> schedules = schedules(task);
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    report.put("workload", task.workload().text());
    report.put("target", target.text());
    report.put("emulated", emulate);
    report.put("checked", schedules.size());
    ArrayNode rejected = report.putArray("rejected");
    try (LocalDevice device = Wiring.device(library, machine, host, connection)) {
      List<CompletableFuture<CheckResult>> results = new ArrayList<>();
      for (Schedule s : schedules) {
        results.add(device.check(new Candidate(task.workload(), target, s), seed));
      }
      for (int i = 0; i < results.size(); i++) {
        if (results.get(i).join() instanceof CheckResult.Rejected(Measurement why)) {
          rejected
              .addObject()
              .put("schedule", schedules.get(i).text())
              .put("status", why.status())
              .put("reason", why.toString());
          spec.commandLine().getErr().printf("%s: %s%n", schedules.get(i), why);
        }
      }
    }
    if (json.asked()) {
      spec.commandLine().getOut().println(report.toPrettyString());
    } else {
      spec.commandLine()
          .getOut()
          .printf(
              "%d of %d schedules exact on every fill%n",
              schedules.size() - rejected.size(), schedules.size());
    }
    return rejected.isEmpty() ? Octune.EXIT_DONE : Octune.EXIT_FAILED;
  }

  private List<Schedule> schedules(SearchTask task) {
    if (schedule != null) {
      Schedule only = Schedule.parse(schedule);
      if (!task.space().contains(only)) {
        throw new UsageException(
            "Schedule '%s' is not a point of the space. Mend: see octune space".formatted(only));
      }
      return List.of(only);
    }
    List<Schedule> chosen = new ArrayList<>(List.of(task.defaultSchedule()));
    if (samples > 1) {
      try (Search search = Search.open(StrategyKind.RANDOM, seed)) {
        chosen.addAll(search.strategy(task, List.of()).propose(samples - 1));
      }
    }
    return chosen;
  }
}
