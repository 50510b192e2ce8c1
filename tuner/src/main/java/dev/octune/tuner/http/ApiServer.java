package dev.octune.tuner.http;

import dev.octune.db.job.JobTrial;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.rpc.tracker.Tracker;
import dev.octune.tuner.access.AccessControl;
import dev.octune.tuner.access.AuditLog;
import dev.octune.tuner.access.DoorLog;
import dev.octune.tuner.access.RateLimit;
import dev.octune.tuner.coordinator.Coordinator;
import dev.octune.tuner.coordinator.JobId;
import dev.octune.tuner.task.WeightKeeper;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The one server of the service: API, dashboard and workers on one port. Thread-safe. */
public final class ApiServer {
  /** A connection on which nothing moves: twice a stream's heartbeat, and more than a worker's. */
  private static final Duration IDLE_LIMIT = Duration.ofSeconds(45);

  /** A TLS client that does not say hello. */
  private static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(10);

  /** The longest workload and target texts in a query, escaped. */
  private static final int MAX_LINE_BYTES = 8 << 10;

  private static final int MAX_HEADER_BYTES = 16 << 10;
  private static final int MAX_FORM_FIELDS = 32;
  private static final int MAX_FORM_FIELD_BYTES = 8 << 10;
  private static final int MAX_STREAMS_A_CONNECTION = 256;

  /** Requests without a valid token: a person's slips, not a program's guesses. */
  private static final int STRANGERS_BURST = 20;

  private static final Duration STRANGERS_EVERY = Duration.ofMillis(500);

  /** Jobs: a script may submit a whole list at once. */
  private static final int SUBMISSIONS_BURST = 100;

  private static final Duration SUBMISSIONS_EVERY = Duration.ofMillis(100);

  /** Reading a model takes a second, a hostile one is refused in as much. */
  private static final Duration PARSE_WARNING = Duration.ofSeconds(30);

  private static final int HISTORIANS = 2;

  // Encoded once, not for each answer.
  private static final CharSequence CONTENT_TYPE_OPTIONS =
      HttpHeaders.createOptimized("X-Content-Type-Options");
  private static final CharSequence NOSNIFF = HttpHeaders.createOptimized("nosniff");
  private static final CharSequence REFERRER = HttpHeaders.createOptimized("Referrer-Policy");
  private static final CharSequence NO_REFERRER = HttpHeaders.createOptimized("no-referrer");

  private final HttpServer server;
  private final EventStreams streams;
  private final WorkerExecutor parser;
  private final WorkerExecutor historians;
  private final List<Routes.Declared> declared;

  private ApiServer(
      HttpServer server,
      EventStreams streams,
      WorkerExecutor parser,
      WorkerExecutor historians,
      List<Routes.Declared> declared) {
    this.server = server;
    this.streams = streams;
    this.parser = parser;
    this.historians = historians;
    this.declared = declared;
  }

  /**
   * What the server serves.
   *
   * @param trials a job's trials, defaults and confirmations in the order stored
   * @param weights keeps those of layers for the workers
   * @param door writes down who was not let in
   * @param tracker takes the workers' calls; empty where nobody may attach
   * @param others further paths of the API
   */
  public record Parts(
      KernelLibrary library,
      Coordinator coordinator,
      Function<JobId, List<JobTrial>> trials,
      Roofs roofs,
      AccessControl access,
      AuditLog audit,
      DoorLog door,
      Readiness state,
      PrometheusMeterRegistry meters,
      WeightKeeper weights,
      Optional<Tracker> tracker,
      List<RouteSource> others) {
    public Parts {
      others = List.copyOf(others);
    }
  }

  /** The Vert.x for {@link #start}: its servers ignore upgrades of clear text to HTTP/2. */
  public static Vertx vertx() {
    return ServerTransport.vertx();
  }

  /** Starts to listen; fails where the port can't be had. */
  public static Future<ApiServer> start(Vertx vertx, ApiSettings settings, Parts parts) {
    WorkerExecutor parser =
        vertx.createSharedWorkerExecutor(
            "octune-models", 1, PARSE_WARNING.toSeconds(), TimeUnit.SECONDS);
    WorkerExecutor historians = vertx.createSharedWorkerExecutor("octune-histories", HISTORIANS);
    Bodies bodies = new Bodies(Bodies.READ_LIMIT);
    Deeds deeds = new Deeds(parts.audit());
    EventStreams streams =
        new EventStreams(parts.access(), parts.coordinator(), parts.trials(), historians);
    Guard guard =
        new Guard(
            parts.access(),
            parts.door(),
            new RateLimit(STRANGERS_BURST, STRANGERS_EVERY, System::nanoTime));
    Router router = Router.router(vertx);
    router.route().handler(ApiServer::protect);
    router
        .route("/api/*")
        .handler(
            context -> {
              var _ = guard.anybody(context);
              context.next();
            });
    Routes routes = new Routes(router, guard, bodies, new Meters(parts.meters()));
    new JobRoutes(
            parts.coordinator(),
            new JobWork(parts.library(), parts.weights()),
            bodies,
            new Uploads(
                vertx,
                settings.folder(),
                settings.maxModelBytes(),
                () -> usableBytes(settings.folder())),
            parser,
            new RateLimit(SUBMISSIONS_BURST, SUBMISSIONS_EVERY, System::nanoTime),
            deeds,
            parts.roofs(),
            streams)
        .addTo(routes);
    new DeviceRoutes(parts.coordinator(), deeds, parts.roofs()).addTo(routes);
    new TokenRoutes(parts.access(), deeds).addTo(routes);
    new ServiceRoutes(parts.state(), parts.coordinator()::trouble, parts.meters()).addTo(routes);
    parts.others().forEach(other -> other.addTo(routes));
    new DashboardRoutes().addTo(routes);
    Failures.mount(router);
    return listen(vertx, settings, parts.tracker(), router)
        .map(server -> new ApiServer(server, streams, parser, historians, routes.declared()));
  }

  private static Future<HttpServer> listen(
      Vertx vertx, ApiSettings settings, Optional<Tracker> tracker, Router router) {
    HttpServer server = vertx.createHttpServer(options(settings));
    Connections connections = new Connections(vertx, IDLE_LIMIT);
    router.route().order(-1).handler(connections::serve);
    server.requestHandler(request -> dispatch(request, tracker, connections, router));
    server.connectionHandler(connections::opened);
    return server.listen(settings.port(), settings.host());
  }

  private static void dispatch(
      HttpServerRequest request,
      Optional<Tracker> tracker,
      Connections connections,
      Router router) {
    if (tracker.isPresent() && tracker.get().accepts(request)) {
      connections.serve(request);
      tracker.get().handler().handle(request);
    } else {
      router.handle(request);
    }
  }

  private static HttpServerOptions options(ApiSettings settings) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setTcpNoDelay(true)
            .setIdleTimeout((int) IDLE_LIMIT.toSeconds())
            .setMaxInitialLineLength(MAX_LINE_BYTES)
            .setMaxHeaderSize(MAX_HEADER_BYTES)
            .setMaxFormFields(MAX_FORM_FIELDS)
            .setMaxFormAttributeSize(MAX_FORM_FIELD_BYTES)
            .setHandle100ContinueAutomatically(false)
            .setDecompressionSupported(false)
            .setHttp2ClearTextEnabled(true);
    options.getInitialSettings().setMaxConcurrentStreams(MAX_STREAMS_A_CONNECTION);
    settings
        .tls()
        .ifPresent(
            files -> {
              options
                  .setSsl(true)
                  .setUseAlpn(true)
                  .setSslHandshakeTimeout(HANDSHAKE_LIMIT.toSeconds())
                  .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                  .setEnabledSecureTransportProtocols(java.util.Set.of("TLSv1.3", "TLSv1.2"))
                  .setKeyCertOptions(
                      new PemKeyCertOptions()
                          .setCertPath(files.certificate().toString())
                          .setKeyPath(files.key().toString()));
              files
                  .clientAuthority()
                  .ifPresent(
                      authority ->
                          options
                              // Workers must show one, browsers need not: the tracker asks.
                              .setClientAuth(ClientAuth.REQUEST)
                              .setTrustOptions(
                                  new PemTrustOptions().addCertPath(authority.toString())));
            });
    return options;
  }

  private static long usableBytes(Path folder) {
    try {
      return Files.getFileStore(folder).getUsableSpace();
    } catch (IOException e) {
      throw new UncheckedIOException("The disk of " + folder + " can't be looked at", e);
    }
  }

  private static void protect(RoutingContext context) {
    context.response().putHeader(CONTENT_TYPE_OPTIONS, NOSNIFF).putHeader(REFERRER, NO_REFERRER);
    context.next();
  }

  public int port() {
    return server.actualPort();
  }

  /** Every path with the role it wants, as the OpenAPI document must have them. */
  List<Routes.Declared> declared() {
    return declared;
  }

  /** Watchers of jobs now. */
  public int watchers() {
    return streams.size();
  }

  /**
   * Takes no more connections, ends streams and waits for answers that are on their way.
   *
   * @param limit what has not been answered by then is cut off
   */
  public Future<Void> stop(Duration limit) {
    streams.close();
    return server
        .shutdown(limit.toMillis(), TimeUnit.MILLISECONDS)
        .eventually(parser::close)
        .eventually(historians::close);
  }
}
