package dev.octune.tuner.cli;

import dev.octune.db.TuningDb;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.rpc.tracker.Tracker;
import dev.octune.rpc.tracker.TrackerSettings;
import dev.octune.tuner.access.AccessControl;
import dev.octune.tuner.access.AuditLog;
import dev.octune.tuner.access.DoorLog;
import dev.octune.tuner.attach.Attachments;
import dev.octune.tuner.coordinator.Coordinator;
import dev.octune.tuner.coordinator.CoordinatorSettings;
import dev.octune.tuner.http.ApiServer;
import dev.octune.tuner.http.ApiSettings;
import dev.octune.tuner.http.DeviceRoofs;
import dev.octune.tuner.http.Readiness;
import dev.octune.tuner.lookup.Knowledge;
import dev.octune.workers.weights.WeightFolder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** All parts of a service, started from the database up and closed from the network down. */
final class Service implements AutoCloseable {
  /** Answers on their way; whoever streams comes again. */
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(5);

  private final Readiness readiness;
  private final ApiServer server;
  private final Deque<AutoCloseable> opened;
  private final CompletableFuture<Optional<String>> ended = new CompletableFuture<>();

  private Service(Readiness readiness, ApiServer server, Deque<AutoCloseable> opened) {
    this.readiness = readiness;
    this.server = server;
    this.opened = opened;
  }

  /**
   * Starts all parts; the folder is there and can be written.
   *
   * @throws dev.octune.db.DbException where another process has the folder's database, or it can't
   *     be used
   * @throws UncheckedIOException where the port can't be had
   */
  static Service start(ServiceFolder folder, ApiSettings settings) {
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    Service service = null;
    try {
      service = start(folder, settings, opened);
      return service;
    } finally {
      if (service == null) {
        closeAll(opened);
      }
    }
  }

  private static Service start(
      ServiceFolder folder, ApiSettings settings, Deque<AutoCloseable> opened) {
    InstantSource clock = InstantSource.system();
    WeightFolder weights = new WeightFolder(folder.weights());
    KernelLibrary library = KernelLibrary.standard(weights);
    // The database first: its writer's claim keeps a second service out of the whole folder.
    TuningDb db = opened(opened, TuningDb.open(folder.database(), TuningDb.Access.WRITER));
    AccessControl access = AccessControl.open(folder.path(), new SecureRandom(), clock);
    AuditLog audit = opened(opened, AuditLog.open(folder.path(), clock));
    DoorLog door = opened(opened, new DoorLog(audit, System::nanoTime));
    Coordinator coordinator =
        opened(opened, Coordinator.open(CoordinatorSettings.DEFAULT, library, db, clock));
    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    ServiceMeters.bind(meters, coordinator);
    Vertx vertx = ApiServer.vertx();
    opened.push(() -> join(vertx.close()));
    DeviceRoofs roofs = new DeviceRoofs(library, coordinator::devices);
    Tracker tracker =
        opened(
            opened,
            Attachments.open(
                vertx,
                TrackerSettings.of(library.version(), wantsClientCertificate(settings)),
                new WorkerTokens(access),
                weights::find,
                coordinator,
                new WorkerDoor(door)));
    access.onRevoked(principal -> tracker.revoked(principal.tokenId()));
    ObjectCompiler compiler = opened(opened, new ObjectCompiler(library));
    Knowledge knowledge =
        opened(
            opened,
            Knowledge.load(vertx, db, library, coordinator, compiler, audit, Version.text()));
    Readiness readiness = new Readiness();
    ApiServer server =
        listening(
            settings,
            ApiServer.start(
                vertx,
                settings,
                new ApiServer.Parts(
                    library,
                    coordinator,
                    job -> db.jobs().trials(job.number()),
                    roofs,
                    access,
                    audit,
                    door,
                    readiness,
                    meters,
                    Wiring.keeper(weights),
                    Optional.of(tracker),
                    List.of(knowledge))));
    opened.push(() -> join(server.stop(DRAIN_LIMIT)));
    Service service = new Service(readiness, server, opened);
    var _ = coordinator.halted().thenAccept(reason -> service.ended.complete(Optional.of(reason)));
    readiness.ready();
    return service;
  }

  int port() {
    return server.port();
  }

  /** Says that it is leaving and ends {@link #await}. */
  void stop() {
    readiness.draining();
    ended.complete(Optional.empty());
  }

  /** Waits for {@link #stop}, or for the reason why the service can't go on. */
  Optional<String> await() throws InterruptedException {
    try {
      return ended.get();
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException("nothing fails this", e);
    }
  }

  @Override
  public void close() {
    readiness.draining();
    closeAll(opened);
  }

  private static <T extends AutoCloseable> T opened(Deque<AutoCloseable> all, T part) {
    all.push(part);
    return part;
  }

  /** The last opened first; one that fails does not keep the others open. */
  private static void closeAll(Deque<AutoCloseable> opened) {
    RuntimeException failure = null;
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        if (failure == null) {
          failure = new IllegalStateException("a part of the service can't be closed", e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static ApiServer listening(ApiSettings settings, Future<ApiServer> starting) {
    try {
      return starting.toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof java.net.BindException) {
        throw new UncheckedIOException(
            "Port %d of %s can't be had: is another service there? Mend: stop it, or give another --listen"
                .formatted(settings.port(), settings.host()),
            (java.net.BindException) e.getCause());
      }
      throw new UsageException(
          "The server does not start: %s. Mend: correct --listen or the TLS files"
              .formatted(e.getCause()),
          e);
    }
  }

  private static boolean wantsClientCertificate(ApiSettings settings) {
    return settings.tls().flatMap(ApiSettings.TlsFiles::clientAuthority).isPresent();
  }

  private static void join(Future<Void> future) {
    future.toCompletionStage().toCompletableFuture().join();
  }
}
