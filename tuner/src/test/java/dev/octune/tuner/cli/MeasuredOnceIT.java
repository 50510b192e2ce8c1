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
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real service under {@code kill -9}; workers that live through it count what they measure. */
final class MeasuredOnceIT {
  private static final String WORKLOAD = "dense_int8 m=16 k=768 n=768 act=u8 wgt=s8 out=s32";
  private static final Target TARGET = Target.parse("x86_64 cpu=znver4 isa=avx2 threads=1");
  private static final Duration TRIAL = Duration.ofMillis(10);
  private static final int TRIALS = 400;
  private static final int KILLS = 3;
  private static final long PATIENCE_MILLIS = 120_000;

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(1);
  private final Map<Candidate, Integer> finished = new ConcurrentHashMap<>();
  private Program program = new Program(Path.of("."));

  @AfterEach
  void end() {
    program.endAll();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    executor.shutdownNow();
  }

  @Test
  void serviceKilledAgainAndAgain_nothingMeasuredIsMeasuredTwiceOrLost() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("kills at moments of seed " + seed);
    Random random = new Random(seed);
    program = new Program(folder);
    Path data = folder.resolve("service");
    int port = freePort();
    URI url = URI.create("http://127.0.0.1:" + port);
    Program.Running serve = serve(port, data);
    String token = Files.readString(data.resolve("admin.token")).strip();
    try (Worker _ = worker(url, token, "a");
        Worker _ = worker(url, token, "b");
        OctuneClient client = OctuneClient.of(url, token)) {
      waitUntil(() -> client.devices().size() == 2);
      JsonNode _ = client.submit(Map.of(WORKLOAD, 1), order());
      for (int kill = 1; kill <= KILLS; kill++) {
        int trials = TRIALS * kill / (KILLS + 1);
        waitUntil(() -> job(client).path("trials").asInt() >= trials);
        Thread.sleep(random.nextInt(100));
        serve.process().destroyForcibly().waitFor();
        serve = serve(port, data);
      }
      waitUntil(() -> job(client).path("state").asText().equals("done"));
      assertEquals(TRIALS, job(client).path("trials").asInt());
    }
    serve.process().destroyForcibly().waitFor();
    Map<String, Integer> again = new HashMap<>();
    finished.forEach(
        (candidate, times) -> {
          if (times > 1) {
            again.put(candidate.schedule().text(), times);
          }
        });
    assertEquals(Map.of(), again, () -> "measured again, seed " + seed);
    assertEquals(finished.keySet(), stored(data), () -> "seed " + seed);
    assertEquals(TRIALS, finished.size());
  }

  /** Candidates of the trials in a service's database. */
  private static Set<Candidate> stored(Path data) {
    Set<Candidate> stored = new HashSet<>();
    try (TuningDb db = TuningDb.open(data.resolve("tuning"), TuningDb.Access.READER);
        Stream<TuningRecord> records = db.records(RecordFilter.ALL)) {
      records
          .filter(record -> record.kind() == TuningRecord.Kind.TRIAL)
          .forEach(record -> assertTrue(stored.add(record.candidate()), record::toString));
    }
    return stored;
  }

  private static JobOrder order() {
    return new JobOrder(
        "here",
        Optional.empty(),
        Optional.empty(),
        OptionalInt.of(TRIALS),
        Optional.empty(),
        OptionalInt.empty(),
        Optional.of("random"),
        OptionalLong.of(1),
        false);
  }

  private Worker worker(URI url, String token, String name) {
    WorkerSettings settings =
        new WorkerSettings(
            new ServiceAddress(url, Optional.empty(), Optional.empty()),
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

  private Program.Running serve(int port, Path data) throws Exception {
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

  private static JsonNode job(OctuneClient client) throws InterruptedException {
    return client.jobs(Map.of()).path("jobs").path(0);
  }

  private interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  private static void waitUntil(Condition condition) throws Exception {
    long deadline = System.currentTimeMillis() + PATIENCE_MILLIS;
    while (!condition.holds()) {
      assertTrue(System.currentTimeMillis() < deadline, "it takes too long");
      Thread.sleep(10);
    }
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
