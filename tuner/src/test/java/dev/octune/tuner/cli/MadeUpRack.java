package dev.octune.tuner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.octune.db.RecordFilter;
import dev.octune.db.TuningDb;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.measure.Device;
import dev.octune.kernels.measure.MeasureRequest;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import dev.octune.rpc.wire.DeviceDeclaration;
import dev.octune.rpc.worker.LentDevice;
import dev.octune.rpc.worker.ServiceAddress;
import dev.octune.rpc.worker.Worker;
import dev.octune.rpc.worker.WorkerSettings;
import dev.octune.tuner.client.JobOrder;
import dev.octune.tuner.client.OctuneClient;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A real service, and workers of this process whose devices make their answers up and count them:
 * what lives while the service dies.
 */
final class MadeUpRack implements AutoCloseable {
  private static final String WORKLOAD = "dense_int8 m=16 k=768 n=768 act=u8 wgt=s8 out=s32";
  private static final Target TARGET = Target.parse("x86_64 cpu=znver4 isa=avx2 threads=1");
  private static final Duration TRIAL = Duration.ofMillis(10);
  private static final long PATIENCE_MILLIS = 120_000;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Vertx vertx = Vertx.vertx();
  private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(1);
  private final Map<Candidate, Integer> finished = new ConcurrentHashMap<>();
  private final Program program;
  private final Path data;
  private final int port;

  /**
   * A rack for a service.
   *
   * @param data the service's folder
   */
  MadeUpRack(Program program, Path data) throws IOException {
    this.program = program;
    this.data = data;
    this.port = freePort();
  }

  /** Starts the service, or starts it again; returns once it is ready. */
  Program.Running serve() throws Exception {
    Program.Running running =
        program.start(
            "serve", "--listen", "127.0.0.1:" + port, "--data", data.toString(), "--json");
    waitUntil(
        () -> {
          assertTrue(running.process().isAlive(), () -> "no service: " + running.err());
          String said = Files.readString(running.out());
          return said.endsWith("}\n") && JSON.readTree(said).has("url");
        });
    return running;
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  String token() throws IOException {
    return Files.readString(data.resolve("admin.token")).strip();
  }

  OctuneClient client() throws IOException {
    return OctuneClient.of(url(), token());
  }

  /** A worker of one device; redials soon. */
  Worker worker(String name) throws IOException {
    String token = token();
    WorkerSettings settings =
        new WorkerSettings(
            new ServiceAddress(url(), Optional.empty(), Optional.empty()),
            () -> token,
            name,
            KernelLibrary.standard().version(),
            "test",
            "none",
            Duration.ofMillis(50),
            Duration.ofMillis(500),
            Duration.ofSeconds(12));
    DeviceDeclaration declaration =
        new DeviceDeclaration(
            new DeviceKey("here"), TARGET, "none", List.of(), 1, "made up", 16, Map.of());
    return Worker.start(
        vertx, settings, List.of(new LentDevice(declaration, new MadeUp(), Optional::empty)));
  }

  static JsonNode submit(OctuneClient client, int trials) throws InterruptedException {
    return client.submit(Map.of(WORKLOAD, 1), order(trials));
  }

  static JsonNode job(OctuneClient client) throws InterruptedException {
    return client.jobs(Map.of()).path("jobs").path(0);
  }

  /** Every trial that devices have finished is stored, and none was finished twice. */
  void assertMeasuredOnce(int trials) {
    Map<String, Integer> again = new HashMap<>();
    finished.forEach(
        (candidate, times) -> {
          if (times > 1) {
            again.put(candidate.schedule().text(), times);
          }
        });
    assertEquals(Map.of(), again, "measured again");
    assertEquals(finished.keySet(), stored());
    assertEquals(trials, finished.size());
  }

  private static JobOrder order(int trials) {
    return new JobOrder(
        "here",
        Optional.empty(),
        Optional.empty(),
        OptionalInt.of(trials),
        Optional.empty(),
        OptionalInt.empty(),
        Optional.of("random"),
        OptionalLong.of(1),
        Optional.empty(),
        false);
  }

  /** Candidates of the trials in a service's database. */
  private Set<Candidate> stored() {
    Set<Candidate> stored = new HashSet<>();
    try (TuningDb db = TuningDb.open(data.resolve("tuning"), TuningDb.Access.READER);
        Stream<TuningRecord> records = db.records(RecordFilter.ALL)) {
      records
          .filter(record -> record.kind() == TuningRecord.Kind.TRIAL)
          .forEach(record -> assertTrue(stored.add(record.candidate()), record::toString));
    }
    return stored;
  }

  interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  static void waitUntil(Condition condition) throws Exception {
    long deadline = System.currentTimeMillis() + PATIENCE_MILLIS;
    while (!condition.holds()) {
      assertTrue(System.currentTimeMillis() < deadline, "it takes too long");
      Thread.sleep(10);
    }
  }

  @Override
  public void close() {
    program.endAll();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    executor.shutdownNow();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Answers one request after the other in a fixed time; counts trials that it has answered. */
  private final class MadeUp implements Device {
    private long freeAtNanos = System.nanoTime();

    @Override
    public CompletableFuture<Measurement> measure(MeasureRequest request) {
      CompletableFuture<Measurement> answer = new CompletableFuture<>();
      Measurement timed = timed(request.candidate());
      boolean isTrial =
          request.candidate().workload().text().equals(WORKLOAD) && !isDefault(request.candidate());
      later(
          1,
          () -> {
            if (answer.complete(timed) && isTrial) {
              finished.merge(request.candidate(), 1, Integer::sum);
            }
          });
      return answer;
    }

    @Override
    public CompletableFuture<List<Measurement>> confirm(List<Candidate> candidates, long seed) {
      CompletableFuture<List<Measurement>> answer = new CompletableFuture<>();
      List<Measurement> timed = candidates.stream().map(this::timed).toList();
      later(candidates.size(), () -> answer.complete(timed));
      return answer;
    }

    private synchronized void later(int trials, Runnable what) {
      long now = System.nanoTime();
      freeAtNanos = Math.max(freeAtNanos, now) + trials * TRIAL.toNanos();
      var _ = executor.schedule(what, freeAtNanos - now, TimeUnit.NANOSECONDS);
    }

    private boolean isDefault(Candidate candidate) {
      return candidate
          .schedule()
          .equals(KernelLibrary.standard().defaultSchedule(candidate.workload(), TARGET));
    }

    private Measurement timed(Candidate candidate) {
      double nanos = 10_000 + Math.floorMod(candidate.schedule().text().hashCode(), 5000);
      return new Measurement.Timed(
          List.of(new Measurement.Placement(0, List.of(new Measurement.Sample(nanos, 9, false)))),
          Measurement.CacheState.HOT);
    }

    @Override
    public String description() {
      return "made up";
    }

    @Override
    public void close() {}
  }
}
