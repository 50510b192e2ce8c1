package dev.octune.tuner.cli;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.weights.WeightStore;
import dev.octune.rpc.wire.BaseTimes;
import dev.octune.rpc.wire.DeviceDeclaration;
import dev.octune.rpc.worker.BlobFetcher;
import dev.octune.rpc.worker.FetchedWeights;
import dev.octune.rpc.worker.LentDevice;
import dev.octune.rpc.worker.ServiceAddress;
import dev.octune.rpc.worker.Worker;
import dev.octune.rpc.worker.WorkerEnd;
import dev.octune.rpc.worker.WorkerSettings;
import dev.octune.workers.local.LocalDevice;
import dev.octune.workers.run.Connection;
import dev.octune.workers.run.Sandbox;
import dev.octune.workers.weights.WeightFolder;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code octune worker}: lends this machine, or boards behind it, to a service. */
@Command(
    name = "worker",
    description = "Lends this machine, or boards behind it, to a service.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    footer = {
      "",
      "It dials the service, and dials again whenever the connection is lost, until it is stopped.",
      "SIGTERM or Ctrl-C drains it: it finishes and delivers what it has, then ends with 0.",
      "",
      "Examples:",
      "  octune worker --server http://lab:8470 --token-file rack.token",
      "  octune worker --server https://lab:8470 --ca lab.pem --token-file rack.token --threads 2",
      "  octune worker --server http://lab:8470 --token-file rack.token --runner-user nobody",
      "  octune worker --server http://lab:8470 --token-file rack.token --target 'aarch64 …' \\",
      "    --connect 'ssh board1' --connect 'ssh board2'           two boards of one kind",
      "  octune worker --config configs/service/worker.properties",
    })
final class WorkerCommand implements Callable<Integer> {
  /** Building the next ones overlaps measuring; further ahead, proposals would only grow old. */
  private static final int DEPTH = 16;

  /** What a drained worker may still be measuring takes at most the runner's limit. */
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(150);

  /** Read before the command line is. */
  @Mixin
  @SuppressWarnings("UnusedVariable")
  private final SettingsOption settingsFile = new SettingsOption();

  @Mixin private final ServerOption server = new ServerOption();
  @Mixin private final ClientCertificateOption certificate = new ClientCertificateOption();
  @Mixin private final TargetOption targetOption = new TargetOption();
  @Mixin private final RunnerUserOption runnerUser = new RunnerUserOption();

  @Option(
      names = "--device-key",
      paramLabel = "KEY",
      description =
          "What jobs ask for: equal devices have equal keys. Default: core, instruction set and"
              + " threads, such as znver4-avx512vnni-t1.")
  private @Nullable String deviceKey;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What people call this worker; default: the host's name.")
  private @Nullable String name;

  @Option(
      names = "--connect",
      paramLabel = "COMMAND",
      description =
          "Command that runs the native runner on a board, its path appended: 'ssh board1'. Give"
              + " it again for each further board of the same kind. Without it kernels run here.")
  private List<String> connections = List.of();

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() {
    Host host = Host.detect();
    Target target =
        connections.isEmpty() ? targetOption.resolveRunnable(host) : targetOption.resolve(host);
    KernelLibrary library = KernelLibrary.standard();
    ServiceAddress address = address();
    // Wrong use is told before anything starts.
    String _ = server.token();
    List<Connection> machines = connections();
    WorkerSettings settings =
        new WorkerSettings(
            address,
            server::token,
            name == null ? hostName() : name,
            library.version(),
            Version.text(),
            Wiring.compilerVersion());
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(2));
    try (StopOnSignal stop = new StopOnSignal(DRAIN_LIMIT)) {
      int exit = serve(vertx, settings, host, target, library, machines, stop);
      stop.exitWith(exit);
      return exit;
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  private ServiceAddress address() {
    server.authorities().ifPresent(file -> ClientCertificateOption.requireReadable("--ca", file));
    try {
      return new ServiceAddress(server.address(), server.authorities(), certificate.identity());
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  private int serve(
      Vertx vertx,
      WorkerSettings settings,
      Host host,
      Target target,
      KernelLibrary library,
      List<Connection> machines,
      StopOnSignal stop) {
    List<LocalDevice> devices = new ArrayList<>();
    try (BlobFetcher fetcher = new BlobFetcher(vertx, settings)) {
      WeightFolder kept = Wiring.weights();
      WeightStore weights = new FetchedWeights(kept, plain -> kept.put(plain), fetcher);
      // A kernel may be made from the weights that it is measured on.
      KernelLibrary knowing = KernelLibrary.standard(weights);
      for (Connection connection : machines) {
        devices.add(Wiring.device(knowing, target, host, connection, weights));
      }
      List<LentDevice> lent = new ArrayList<>();
      for (LocalDevice device : devices) {
        lent.add(lend(device, host, target, library));
      }
      try (Worker worker = Worker.start(vertx, settings, lent)) {
        stop.running(() -> worker.drain("it is being stopped"));
        return ended(worker.ended().join());
      }
    } finally {
      devices.forEach(LocalDevice::close);
    }
  }

  private int ended(WorkerEnd end) {
    return switch (end) {
      case WorkerEnd.Drained _, WorkerEnd.Closed _ -> Octune.EXIT_DONE;
      case WorkerEnd.Refused(String status, String reason) -> {
        spec.commandLine()
            .getErr()
            .printf("octune: the service refuses this worker (%s): %s%n", status, reason);
        yield Octune.EXIT_FAILED;
      }
    };
  }

  private List<Connection> connections() {
    if (connections.isEmpty()) {
      return List.of(runnerUser.here());
    }
    runnerUser.refuseWithConnect();
    return connections.stream().map(WorkerCommand::timed).toList();
  }

  /** An emulator checks kernels and can't time them. */
  private static Connection timed(String command) {
    Connection connection = Connection.parse(command);
    if (connection.emulated()) {
      throw new UsageException(
          "--connect '%s' is an emulator, whose times mean nothing. Mend: connect a board; octune check works with it"
              .formatted(command));
    }
    return connection;
  }

  private LentDevice lend(LocalDevice device, Host host, Target target, KernelLibrary library) {
    boolean here = connections.isEmpty();
    return new LentDevice(
        new DeviceDeclaration(
            key(target),
            target,
            here ? host.model() : "behind " + host.model(),
            here ? List.copyOf(host.flags()) : List.of(),
            host.allowedCpus().size(),
            device.description(),
            DEPTH,
            probes(device, host, target, library)),
        device,
        () -> base(device));
  }

  private Map<String, Double> probes(
      LocalDevice device, Host host, Target target, KernelLibrary library) {
    Map<String, Double> probes = sandbox(device);
    if (connections.isEmpty()) {
      MachineRoofs.of(library, target, host, device, spec.commandLine().getErr())
          .gopsByLeaf()
          .forEach((leaf, gops) -> probes.put("roof." + leaf + ".gops", gops));
    }
    return probes;
  }

  /** 1 for what protects the machine while a kernel runs, 0 for what does not. */
  private Map<String, Double> sandbox(LocalDevice device) {
    Map<String, Double> probes = new TreeMap<>();
    try {
      Sandbox sandbox = device.sandbox().join();
      sandbox.inForce().forEach(protection -> probes.put("sandbox." + protection.text(), 1.0));
      sandbox.missing().keySet().stream()
          // They protect nothing, and nothing was timed that could have had any.
          .filter(protection -> protection != Sandbox.Protection.HUGE_PAGES)
          .forEach(protection -> probes.put("sandbox." + protection.text(), 0.0));
    } catch (CompletionException e) {
      // A board that is not there yet may come; its trials tell what is wrong until then.
      spec.commandLine()
          .getErr()
          .printf(
              "octune: what protects %s is not known: %s%n", device.description(), e.getCause());
    }
    return probes;
  }

  private static Optional<BaseTimes> base(LocalDevice device) {
    return device
        .drift()
        .map(
            drift ->
                new BaseTimes(
                    drift.readings(),
                    drift.firstNanos(),
                    drift.lastNanos(),
                    drift.leastNanos(),
                    drift.mostNanos()));
  }

  private DeviceKey key(Target target) {
    String text =
        deviceKey == null
            ? "%s-%s-t%d"
                .formatted(target.cpu(), target.isa().text(), target.threads())
                .toLowerCase(Locale.ROOT)
            : deviceKey;
    try {
      return new DeviceKey(text);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--device-key: " + e.getMessage(), e);
    }
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException _) {
      // Its own name need not resolve; the machine has one all the same.
      return Optional.ofNullable(System.getenv("HOSTNAME")).orElse("worker");
    }
  }
}
