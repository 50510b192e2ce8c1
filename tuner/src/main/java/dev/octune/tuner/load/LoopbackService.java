package dev.octune.tuner.load;

import dev.octune.kernels.measure.Device;
import dev.octune.rpc.tracker.TokenCheck;
import dev.octune.rpc.tracker.Tracker;
import dev.octune.rpc.tracker.TrackerListener;
import dev.octune.rpc.tracker.TrackerSettings;
import dev.octune.rpc.wire.DeviceDeclaration;
import dev.octune.rpc.worker.LentDevice;
import dev.octune.rpc.worker.ServiceAddress;
import dev.octune.rpc.worker.Worker;
import dev.octune.rpc.worker.WorkerSettings;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A tracker behind a server socket on loopback, and workers that dial it. Thread-safe. */
final class LoopbackService implements AutoCloseable {
  private static final String HOST = "127.0.0.1";

  private final Vertx vertx = Vertx.vertx();
  private final String kernelsVersion;
  private final Tracker tracker;
  private final HttpServer server;
  private final List<Worker> workers = new ArrayList<>();

  LoopbackService(String kernelsVersion, TrackerListener listener) {
    this.kernelsVersion = kernelsVersion;
    this.tracker =
        Tracker.open(
            vertx,
            TrackerSettings.of(kernelsVersion, false),
            _ -> CompletableFuture.completedFuture(new TokenCheck.Answer.Granted("bench", "bench")),
            _ -> Optional.empty(),
            listener);
    this.server =
        vertx
            .createHttpServer(new HttpServerOptions().setHost(HOST).setPort(0))
            .requestHandler(tracker.handler())
            .listen()
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  Tracker tracker() {
    return tracker;
  }

  /** A worker with one device. */
  void lend(String name, DeviceDeclaration declaration, Device device) {
    workers.add(
        Worker.start(
            vertx,
            new WorkerSettings(
                ServiceAddress.of("http://%s:%d".formatted(HOST, server.actualPort())),
                () -> "bench",
                name,
                kernelsVersion,
                "bench",
                "bench"),
            List.of(new LentDevice(declaration, device, Optional::empty))));
  }

  @Override
  public void close() {
    workers.forEach(Worker::close);
    tracker.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
