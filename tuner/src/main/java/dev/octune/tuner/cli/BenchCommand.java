package dev.octune.tuner.cli;

import dev.octune.db.TuningDb;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.weights.MissingWeightsException;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.peer.Baseline;
import dev.octune.tuner.peer.Goal;
import dev.octune.tuner.peer.Goals;
import dev.octune.tuner.peer.PeerProvider;
import dev.octune.tuner.report.BenchChart;
import dev.octune.tuner.report.BenchReport;
import dev.octune.tuner.task.Outputs;
import dev.octune.tuner.task.TuningTask;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Our best kernels beside those of other libraries. */
@Command(
    name = "bench",
    description =
        "Times our best kernels and other libraries' in turns, in one process, and says of each"
            + " whether its outputs are exact.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Sets: exact (17 layers, any weights), s64 (weights in [-64,64]), depthwise, dense, real"
          + " (MODEL",
      "files: their 1x1 and 3x3 layers on their own weights), threads (ours on --threads against"
          + " one).",
      "--pairing file shows set real without reordered channels.",
      "Instead of a set: workloads, compared with the fastest exact path of any peer.",
      "--target avx2 caps oneDNN to AVX2. ONNX Runtime has no such switch: it stays uncapped"
          + " there,",
      "and is shown but not compared. The first call fetches the libraries (90 MB) by Maven.",
      "Run it while the machine does nothing else.",
      "",
      "Examples:",
      "  octune bench --set exact --threads 2 --svg bench.svg",
      "  octune bench --set depthwise --target avx2 --peer onednn --json",
      "  octune bench 'dense_int8 m=16 k=768 n=768 act=u8 wgt=s8 out=s32' --trials 200",
    })
final class BenchCommand implements Callable<Integer> {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  /** Goal of workloads that a person names: none but not to be slower. */
  private static final double OWN_WORKLOADS_RATIO = 1;

  /** In which order input channels may stand. */
  private enum Pairing {
    ANY,
    FILE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final String ONLY_TUNE = "--only-tune";

  @Mixin private final JsonOption json = new JsonOption();
  @Mixin private final TargetOption targetOption = new TargetOption();
  @Mixin private final DbOption database = new DbOption();

  @Parameters(
      arity = "0..*",
      paramLabel = "WORKLOAD|MODEL",
      description = "Workload texts, quoted, or with --set real model files.")
  private List<String> inputs = List.of();

  @Option(
      names = "--peer",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "onednn,onnxruntime",
      description = "Libraries to compare with: onednn, onnxruntime; default both.")
  private List<String> peers = List.of();

  @Option(
      names = "--set",
      paramLabel = "NAME",
      split = ",",
      description = "exact, s64, depthwise, dense, real, threads; default exact.")
  private List<String> sets = List.of();

  @Option(
      names = "--trials",
      paramLabel = "N",
      description =
          "Trials that each workload is brought to before it is timed, those the database knows"
              + " included; 0 takes the database's best or the default.")
  private int trials = 64;

  @Option(
      names = "--pairing",
      paramLabel = "any|file",
      description =
          "any (default): kernels of layers' own weights may reorder input channels; file: they"
              + " keep the model's order, in a database of their own beside the other.")
  private Pairing pairing = Pairing.ANY;

  @Option(names = "--svg", paramLabel = "FILE", description = "Write a bar chart as well.")
  private @Nullable Path chart;

  @Option(names = "--seed", paramLabel = "S", description = "Seed of operands; default 1.")
  private long seed = 1;

  @Option(names = ONLY_TUNE, hidden = true, description = "The first half of the work.")
  private boolean onlyTune;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    if (trials < 0) {
      throw new UsageException("--trials is %d, must be at least 0".formatted(trials));
    }
    Host host = Host.detect();
    Target target = targetOption.resolveRunnable(host);
    KernelLibrary library =
        switch (pairing) {
          case ANY -> KernelLibrary.standard(Wiring.weights());
          case FILE -> KernelLibrary.inFileOrder(Wiring.weights());
        };
    List<PeerProvider> providers = peers.stream().map(BenchCommand::provider).toList();
    List<Goal> goals = goals(library, target);
    PrintWriter err = spec.commandLine().getErr();
    BestSchedules best = new BestSchedules(library, host, databaseFile(), trials, seed, err);
    BenchRun run = new BenchRun(library, host, target, best, providers, seed, err);
    if (onlyTune) {
      try (StopOnSignal stop = new StopOnSignal(STOP_LIMIT)) {
        run.tune(goals, stop);
      }
      return Octune.EXIT_DONE;
    }
    try {
      int tuned = tuneInAnotherProcess();
      if (tuned != Octune.EXIT_DONE) {
        return tuned;
      }
      BenchReport report = run.time(goals);
      PrintWriter out = spec.commandLine().getOut();
      out.print(json.asked() ? report.json().toPrettyString() + "\n" : report.table());
      out.flush();
      writeChart(report);
    } catch (MissingWeightsException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new UncheckedIOException("The tuning process can't be started", e);
    }
    return Octune.EXIT_DONE;
  }

  /** What is best in the file's order must not answer look-ups, which know better. */
  private Path databaseFile() {
    Path file = database.file();
    return switch (pairing) {
      case ANY -> file;
      case FILE -> {
        String name = file.getFileName().toString();
        String stem =
            name.endsWith(TuningDb.FILE_SUFFIX)
                ? name.substring(0, name.length() - TuningDb.FILE_SUFFIX.length())
                : name;
        yield file.resolveSibling(stem + "-file-order");
      }
    };
  }

  /** This command again, in a process that loads no peer; tells its exit code. */
  private int tuneInAnotherProcess() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Octune.class.getName()));
    command.addAll(spec.root().commandLine().getParseResult().originalArgs());
    command.add(ONLY_TUNE);
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  private void writeChart(BenchReport report) {
    if (chart != null) {
      try {
        Files.writeString(chart, new BenchChart(report).svg());
      } catch (IOException e) {
        throw new UncheckedIOException("Chart " + chart + " can't be written", e);
      }
    }
  }

  private List<Goal> goals(KernelLibrary library, Target target) {
    List<String> asked = sets;
    if (asked.isEmpty() && !inputs.isEmpty()) {
      return List.of(
          new Goal(
              "own",
              "given workloads",
              Baseline.FASTEST_EXACT,
              OWN_WORKLOADS_RATIO,
              workloads(library, target, Optional.empty())));
    }
    if (asked.isEmpty()) {
      asked = List.of(Goals.EXACT);
    }
    boolean real = asked.contains(Goals.REAL);
    if (real == inputs.isEmpty()) {
      throw new UsageException(
          real
              ? "--set real has no models. Mend: name model files behind it"
              : "set %s takes no workloads. Mend: name a set or workloads"
                  .formatted(String.join(",", asked)));
    }
    List<Workload> models =
        real ? workloads(library, target, Optional.of(Wiring.weights())) : List.of();
    List<Goal> goals = new ArrayList<>();
    for (String set : asked) {
      if (!Goals.SETS.contains(set)) {
        throw new UsageException(
            "--set '%s' is not known. Mend: use %s".formatted(set, String.join(", ", Goals.SETS)));
      }
      if (set.equals(Goals.THREADS) && target.threads() == 1) {
        throw new UsageException("--set threads compares with one. Mend: add --threads 2");
      }
      goals.addAll(Goals.of(set, models, pairing == Pairing.FILE));
    }
    return goals.stream().map(goal -> goal.on(covered(library, target, goal))).toList();
  }

  /** Peers read positions outside the input as zero, so that is what all of them compute. */
  private List<Workload> workloads(
      KernelLibrary library,
      Target target,
      Optional<dev.octune.workers.weights.WeightFolder> weights) {
    return new TaskInputs(library, target, Outputs.SUMS, weights)
        .read(inputs).tasks().stream()
            .map(TuningTask::workload)
            .map(workload -> workload.with(workload.numerics().withAzp(0)))
            .distinct()
            .toList();
  }

  private List<Workload> covered(KernelLibrary library, Target target, Goal goal) {
    return goal.workloads().stream()
        .filter(workload -> library.uncovered(workload, target).isEmpty())
        .toList();
  }

  private static PeerProvider provider(String name) {
    List<PeerProvider> there =
        ServiceLoader.load(PeerProvider.class).stream().map(ServiceLoader.Provider::get).toList();
    return there.stream()
        .filter(provider -> provider.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "Peer '%s' is not there, %s. Mend: start through ./octune, which adds onednn and onnxruntime"
                        .formatted(
                            name,
                            there.isEmpty()
                                ? "nor is any other"
                                : "only "
                                    + there.stream()
                                        .map(PeerProvider::name)
                                        .sorted()
                                        .collect(Collectors.joining(", ")))));
  }
}
