package dev.octune.rpc.worker;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.measure.Device;
import dev.octune.kernels.measure.MeasureRequest;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.rpc.tracker.BlobSource;
import dev.octune.rpc.tracker.TokenCheck;
import dev.octune.rpc.tracker.Tracker;
import dev.octune.rpc.tracker.TrackerEvent;
import dev.octune.rpc.tracker.TrackerSettings;
import dev.octune.rpc.wire.DeviceDeclaration;
import dev.octune.rpc.wire.Request;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.BindException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** A tracker behind a real server socket on loopback, what it told, and workers of test devices. */
public final class Loopback implements AutoCloseable {
  public static final String KERNELS = "conv2d_direct/1 dense_direct/1";
  public static final String TOKEN = "measure-token";
  static final String TOKEN_ID = "0a1b2c3d4e5f6071";

  /** A machine that compiles in another process may stand still for seconds. */
  private static final long LIMIT_SECONDS = 30;

  private static final int MAX_BINDS = 200;

  public final Vertx vertx = Vertx.vertx();
  public final List<TrackerEvent> events = new CopyOnWriteArrayList<>();
  private final List<Worker> workers = new ArrayList<>();
  private final List<Object> held = new CopyOnWriteArrayList<>();
  private final TrackerSettings settings;
  private final HttpServerOptions serverOptions;
  private BlobSource blobs = _ -> Optional.empty();
  private Tracker tracker;
  private HttpServer server;

  private Loopback(TrackerSettings settings, HttpServerOptions serverOptions) throws Exception {
    this.settings = settings;
    this.serverOptions = serverOptions.setHost("127.0.0.1").setPort(0);
    listen();
    // A tracker that comes back, comes back under the same address.
    serverOptions.setPort(server.actualPort());
  }

  public static Loopback open(TrackerSettings settings) throws Exception {
    return new Loopback(settings, new HttpServerOptions());
  }

  public static Loopback open() throws Exception {
    return open(TrackerSettings.of(KERNELS, false));
  }

  static Loopback open(TrackerSettings settings, HttpServerOptions options) throws Exception {
    return new Loopback(settings, options);
  }

  /** Short enough for a test, long enough for a busy machine's hiccups where none is wanted. */
  public static TrackerSettings settings(
      Duration heartbeat, Duration silence, int maxWorkers, int maxUnacknowledged) {
    return new TrackerSettings(KERNELS, false, heartbeat, silence, maxWorkers, maxUnacknowledged);
  }

  void blobs(BlobSource source) {
    blobs = source;
  }

  /**
   * Keeps a client until this is closed: Vert.x closes one that nobody can reach, with its calls.
   */
  <T> T hold(T client) {
    held.add(client);
    return client;
  }

  public Tracker tracker() {
    return tracker;
  }

  public int port() {
    return server.actualPort();
  }

  private void listen() throws Exception {
    tracker = Tracker.open(vertx, settings, Loopback::check, hash -> blobs.find(hash), events::add);
    Tracker opened = tracker;
    for (int attempt = 1; ; attempt++) {
      try {
        server = bind(opened);
        return;
      } catch (ExecutionException e) {
        // The port of a server that has just closed may be taken for a moment yet.
        if (!(e.getCause() instanceof BindException) || attempt == MAX_BINDS) {
          throw e;
        }
        Thread.sleep(20);
      }
    }
  }

  private HttpServer bind(Tracker opened) throws Exception {
    return vertx
        .createHttpServer(serverOptions)
        .requestHandler(
            request -> {
              if (opened.accepts(request)) {
                opened.handler().handle(request);
              } else {
                var _ = request.response().setStatusCode(404).end();
              }
            })
        .listen()
        .toCompletionStage()
        .toCompletableFuture()
        .get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private static CompletableFuture<TokenCheck.Answer> check(String token) {
    return CompletableFuture.completedFuture(
        switch (token) {
          case TOKEN -> new TokenCheck.Answer.Granted("lab", TOKEN_ID);
          case "read-token" ->
              new TokenCheck.Answer.Denied("ada", "read-id", "this token may read, not measure");
          default -> new TokenCheck.Answer.Unknown();
        });
  }

  /** The service's process dies and a new one takes its port. */
  public void restart() throws Exception {
    stop();
    listen();
  }

  void stop() throws Exception {
    server.close().toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    tracker.close();
  }

  void start() throws Exception {
    listen();
  }

  WorkerSettings workerSettings(String token) {
    return workerSettings(ServiceAddress.of("http://127.0.0.1:" + port()), token, KERNELS);
  }

  static WorkerSettings workerSettings(ServiceAddress service, String token, String kernels) {
    return workerSettings(service, token, kernels, "rack1");
  }

  WorkerSettings named(String name) {
    return workerSettings(ServiceAddress.of("http://127.0.0.1:" + port()), TOKEN, KERNELS, name);
  }

  private static WorkerSettings workerSettings(
      ServiceAddress service, String token, String kernels, String name) {
    return new WorkerSettings(
        service,
        () -> token,
        name,
        kernels,
        "0.1.0",
        "LLVM 20.1.7",
        Duration.ofMillis(20),
        Duration.ofMillis(200),
        Duration.ofSeconds(10));
  }

  public Worker worker(Device... devices) {
    return worker(workerSettings(TOKEN), devices);
  }

  Worker worker(WorkerSettings worker, Device... devices) {
    Worker started = Worker.start(vertx, worker, lent(16, devices));
    workers.add(started);
    return started;
  }

  public static List<LentDevice> lent(int depth, Device... devices) {
    List<LentDevice> lent = new ArrayList<>();
    for (Device device : devices) {
      lent.add(new LentDevice(declaration(depth), device, Optional::empty));
    }
    return lent;
  }

  public static DeviceDeclaration declaration(int depth) {
    return new DeviceDeclaration(
        new DeviceKey("zen4"),
        Target.parse("x86_64 cpu=znver4 isa=avx2 threads=1"),
        "AMD EPYC",
        List.of("avx2", "fma"),
        2,
        "a test's",
        depth,
        Map.of("roof.avx2_s16.gops", 163.0));
  }

  public static Request.Measure request(int number) {
    return request(number, Duration.ofMinutes(1));
  }

  static Request.Measure request(int number, Duration limit) {
    return new Request.Measure(
        new MeasureRequest(candidate(number), number, OptionalDouble.empty()), limit);
  }

  static Candidate candidate(int number) {
    return new Candidate(
        Workload.parse("dense_int8 m=1 k=64 n=" + (number + 1) + " act=u8 wgt=s8 out=s32"),
        Target.parse("x86_64 cpu=znver4 isa=avx2 threads=1"),
        Schedule.parse("dense_direct/1 leaf=avx2_s16 tile=" + number));
  }

  public static Measurement.Timed timed(double nanos) {
    return new Measurement.Timed(
        List.of(new Measurement.Placement(0, List.of(new Measurement.Sample(nanos, 100, false)))),
        Measurement.CacheState.HOT);
  }

  /** Waits for something that must come. */
  public static void await(String what, BooleanSupplier isSo) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!isSo.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, () -> "never happened: " + what);
      Thread.sleep(2);
    }
  }

  public <T extends TrackerEvent> List<T> all(Class<T> kind) {
    return events.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** Waits until so many events of a kind were told. */
  public <T extends TrackerEvent> T nth(int number, Class<T> kind) throws InterruptedException {
    await(
        number + " of " + kind.getSimpleName() + " in " + events, () -> all(kind).size() >= number);
    return all(kind).get(number - 1);
  }

  static WorkerEnd end(Worker worker) throws Exception {
    return worker.ended().get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  /** A device that answers by itself. */
  public static TestDevice answering(Function<MeasureRequest, Measurement> answer) {
    return new TestDevice(Optional.of(answer));
  }

  /** A device that answers when the test says so. */
  static TestDevice waiting() {
    return new TestDevice(Optional.empty());
  }

  /** A device without a machine. Thread-safe. */
  public static final class TestDevice implements Device {
    public final List<MeasureRequest> requests = new CopyOnWriteArrayList<>();
    final List<CompletableFuture<Measurement>> answers = new CopyOnWriteArrayList<>();
    private final Optional<Function<MeasureRequest, Measurement>> answer;

    private TestDevice(Optional<Function<MeasureRequest, Measurement>> answer) {
      this.answer = answer;
    }

    @Override
    public CompletableFuture<Measurement> measure(MeasureRequest request) {
      CompletableFuture<Measurement> future = new CompletableFuture<>();
      answers.add(future);
      requests.add(request);
      answer.ifPresent(given -> future.complete(given.apply(request)));
      return future;
    }

    @Override
    public CompletableFuture<List<Measurement>> confirm(List<Candidate> candidates, long seed) {
      return CompletableFuture.completedFuture(
          candidates.stream().<Measurement>map(c -> timed(c.schedule().text().length())).toList());
    }

    @Override
    public String description() {
      return "a test's";
    }

    @Override
    public void close() {
      answers.forEach(
          open -> open.completeExceptionally(new IllegalStateException("the device is closed")));
    }
  }

  @Override
  public void close() {
    workers.forEach(Worker::close);
    tracker.close();
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
        .join();
  }
}
