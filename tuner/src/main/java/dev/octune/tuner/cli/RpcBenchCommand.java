package dev.octune.tuner.cli;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.load.RpcTrials;
import dev.octune.tuner.load.WorkerFleet;
import dev.octune.workers.local.LocalDevice;
import dev.octune.workers.run.Connection;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code octune bench-rpc}: what the wire between service and workers carries, and costs. */
@Command(
    name = "bench-rpc",
    hidden = true,
    description = "What the wire between service and workers carries, and what it costs a trial.",
    mixinStandardHelpOptions = true)
final class RpcBenchCommand implements Callable<Integer> {
  private static final String WORKLOAD =
      "conv2d_NCHWc_int8 n=1 ic=64 ih=14 iw=14 oc=64 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
          + " dilation=1,1 act=u8 wgt=s8 out=s32";

  /** Each is compared in turns, so that a moment's load falls on both ways. */
  private static final int ROUNDS = 3;

  @Mixin private final TargetOption targetOption = new TargetOption();

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Simulated workers; 0 leaves them out. Default 1000.")
  private int workers = 1000;

  @Option(
      names = "--time",
      paramLabel = "TIME",
      converter = TimeOption.class,
      defaultValue = "10s",
      description = "How long they work; default 10s.")
  private Duration time = Duration.ofSeconds(10);

  @Option(
      names = "--trials",
      paramLabel = "N",
      defaultValue = "100",
      description = "Real candidates, measured directly and through the wire; 0 leaves them out.")
  private int trials = 100;

  @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "Chooses them.")
  private long seed = 1;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    long faults = 0;
    if (workers > 0) {
      WorkerFleet.Report report = new WorkerFleet(workers, 2).run(time);
      out.println(report);
      faults = report.faults();
    }
    if (trials > 0) {
      Host host = Host.detect();
      Target target = targetOption.resolveRunnable(host);
      KernelLibrary library = KernelLibrary.standard();
      try (LocalDevice device = Wiring.device(library, target, host, Connection.HERE)) {
        out.println(
            new RpcTrials(library, target, device)
                .run(Workload.parse(WORKLOAD), trials, ROUNDS, seed));
      }
    }
    out.flush();
    return faults == 0 ? Octune.EXIT_DONE : Octune.EXIT_FAILED;
  }
}
