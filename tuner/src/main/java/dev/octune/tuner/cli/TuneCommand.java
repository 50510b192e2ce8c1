package dev.octune.tuner.cli;

import dev.octune.db.TuningDb;
import dev.octune.db.record.Session;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Target;
import dev.octune.tuner.job.Budget;
import dev.octune.tuner.job.JobListener;
import dev.octune.tuner.job.JobLoop;
import dev.octune.tuner.job.JobResult;
import dev.octune.tuner.job.KnownTasks;
import dev.octune.tuner.job.Progress;
import dev.octune.tuner.job.TuningJob;
import dev.octune.tuner.model.CostModel;
import dev.octune.tuner.report.ProgressView;
import dev.octune.tuner.report.TuneReport;
import dev.octune.tuner.search.Search;
import dev.octune.tuner.search.StrategyKind;
import dev.octune.tuner.task.TaskList;
import dev.octune.workers.local.LocalDevice;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The main job: tunes every int8 layer of a network on this machine. */
@Command(
    name = "tune",
    description = "Finds the fastest exact kernel for each int8 layer of a network, here.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Without --trials and --time each task is brought to 64 trials, those the database knows",
      "included; so a second run has nothing left to do and answers from the database.",
      "Ctrl-C stops cleanly: what was measured is kept, and the next run goes on from there.",
      "",
      "Examples:",
      "  octune tune configs/networks/resnet8.txt",
      "  octune tune model.tflite --trials 200 --json",
      "  octune tune 'dense_int8 m=16 k=768 n=768 act=u8 wgt=s8 out=s32' --time 20s",
    })
final class TuneCommand implements Callable<Integer> {
  /** A stopped job confirms what it has; beyond this the JVM goes, with everything stored. */
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  @Mixin private final JsonOption json = new JsonOption();
  @Mixin private final TargetOption targetOption = new TargetOption();
  @Mixin private final DbOption database = new DbOption();
  @Mixin private final WeightsOption weights = new WeightsOption();
  @Mixin private final OutOption out = new OutOption();
  @Mixin private final RunnerUserOption runnerUser = new RunnerUserOption();

  @Parameters(
      arity = "1..*",
      paramLabel = "MODEL|WORKLOAD",
      description = "A .tflite file, a list of configs/networks, or a workload text, quoted.")
  private List<String> inputs = List.of();

  @Option(
      names = "--trials",
      paramLabel = "N",
      description = "New trials of this command in all; 0 only confirms the defaults.")
  private @Nullable Integer trials;

  @Option(
      names = "--time",
      paramLabel = "TIME",
      converter = TimeOption.class,
      description = "Propose nothing new after this long: 60s, 5m.")
  private @Nullable Duration time;

  @Option(
      names = "--strategy",
      paramLabel = "NAME",
      defaultValue = "xgb",
      description = "xgb (guided by the cost model, default), random or grid.")
  private String strategy = "xgb";

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Seed of every random choice and of the operands; default 1.")
  private long seed = 1;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    Host host = Host.detect();
    Target target = targetOption.resolveRunnable(host);
    Budget budget = budget();
    StrategyKind kind = usable(StrategyKind.parse(strategy));
    KernelLibrary library = KernelLibrary.standard(Wiring.weights());
    TaskList tasks = new TaskInputs(library, target, out.outputs(), weights.real()).read(inputs);
    PrintWriter err = spec.commandLine().getErr();
    tasks
        .uncovered()
        .forEach(
            layer ->
                err.printf("no task for %s %s: %s%n", layer.op(), layer.layer(), layer.reason()));
    // The builder child starts while the database opens.
    try (StopOnSignal stop = new StopOnSignal(STOP_LIMIT);
        LocalDevice device = Wiring.device(library, target, host, runnerUser.here());
        TuningDb db = TuningDb.open(database.file(), TuningDb.Access.WRITER);
        Search search = Search.open(kind, seed)) {
      TuneReport report = tune(tasks, budget, target, library, device, host, db, search, stop);
      PrintWriter stdout = spec.commandLine().getOut();
      stdout.print(json.asked() ? report.json().toPrettyString() + "\n" : report.table());
      stdout.flush();
      return report.result().stopped().isPresent() ? Octune.EXIT_INTERRUPTED : Octune.EXIT_DONE;
    }
  }

  private TuneReport tune(
      TaskList tasks,
      Budget budget,
      Target target,
      KernelLibrary library,
      LocalDevice device,
      Host host,
      TuningDb db,
      Search search,
      StopOnSignal stop)
      throws InterruptedException {
    InstantSource clock = InstantSource.system();
    Instant start = StartTime.ofLauncher(clock);
    Session session = Session.start(device.description(), Version.text(), Wiring.compilerVersion());
    KnownTasks known = new KnownTasks(library, db, search);
    TuningJob job = new TuningJob(known.plans(tasks.tasks(), target), budget, clock.instant());
    Watcher watcher = new Watcher(clock, start);
    JobLoop loop =
        new JobLoop(job, device, new DbJobStore(db, session, seed, clock), clock, seed, watcher);
    stop.running(() -> loop.requestStop("interrupted"));
    JobResult result;
    try {
      result = loop.run();
    } finally {
      watcher.view.clear();
    }
    MachineRoofs roofs =
        MachineRoofs.of(library, target, host, device, spec.commandLine().getErr());
    return new TuneReport(
        target,
        result,
        seconds(start, clock.instant()),
        watcher.firstResultSeconds,
        tasks.tasks().stream().map(task -> roofs.of(task.workload())).toList());
  }

  /** A machine without the model's one system library still tunes, and is told what it misses. */
  private StrategyKind usable(StrategyKind asked) {
    Optional<String> missing = asked == StrategyKind.XGB ? CostModel.missing() : Optional.empty();
    missing.ifPresent(
        reason ->
            spec.commandLine()
                .getErr()
                .printf("octune: no cost model, searching at random: %s%n", reason));
    return missing.isPresent() ? StrategyKind.RANDOM : asked;
  }

  private Budget budget() {
    if (trials != null && trials < 0) {
      throw new UsageException("--trials is %d, must be at least 0".formatted(trials));
    }
    return new Budget(
        trials == null ? OptionalInt.empty() : OptionalInt.of(trials),
        OptionalInt.empty(),
        Optional.ofNullable(time));
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e9;
  }

  /** Shows progress, and says at once what must not be missed. */
  private final class Watcher implements JobListener {
    private final InstantSource clock;
    private final Instant start;
    private final ProgressView view =
        new ProgressView(spec.commandLine().getErr(), Terminal.onStderr(), Terminal.columns());
    private OptionalDouble firstResultSeconds = OptionalDouble.empty();

    Watcher(InstantSource clock, Instant start) {
      this.clock = clock;
      this.start = start;
    }

    @Override
    public void measured(Candidate candidate, Measurement measurement) {
      if (measurement instanceof Measurement.Timed && firstResultSeconds.isEmpty()) {
        firstResultSeconds = OptionalDouble.of(seconds(start, clock.instant()));
      }
      if (measurement instanceof Measurement.WrongAnswer wrong) {
        // Our own templates are exact by construction: this is a bug to be reported, not a result.
        view.clear();
        spec.commandLine()
            .getErr()
            .printf(
                "WRONG ANSWER, a bug of Octune: %s (fill %s)%nrepeat with: %s%n",
                wrong.what(), wrong.fill(), wrong.repro());
      }
    }

    @Override
    public void progressed(Progress progress) {
      view.show(
          progress, Duration.between(start, clock.instant()), time == null ? Duration.ZERO : time);
    }
  }
}
