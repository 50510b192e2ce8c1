package dev.octune.tuner.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.weights.ChannelOrder;
import dev.octune.kernels.weights.WeightStore;
import dev.octune.tuner.access.AccessControl;
import dev.octune.tuner.access.AuditLog;
import dev.octune.tuner.access.DoorLog;
import dev.octune.tuner.access.Role;
import dev.octune.tuner.task.WeightKeeper;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A real server on loopback before a coordinator that a test moves on by hand. */
public final class ServerFixture implements AutoCloseable {
  public static final long MAX_MODEL_BYTES = 200_000;
  public static final String DENSE = "dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32";
  public static final String CONV =
      "conv2d_NCHWc_int8 n=1 ic=16 ih=8 iw=8 oc=16 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1"
          + " act=u8 wgt=s8 out=s32";

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();

  public final HandCoordinator coordinator;
  public final Readiness readiness = new Readiness();
  public final AccessControl access;
  public final ApiServer server;
  public final Path folder;
  public final String admin;
  private final AuditLog audit;
  private final DoorLog door;
  private final Vertx vertx = ApiServer.vertx();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

  public ServerFixture(Path folder) throws Exception {
    this(folder, List.of(), Optional.empty());
  }

  public ServerFixture(Path folder, List<RouteSource> others, Optional<ApiSettings.TlsFiles> tls)
      throws Exception {
    this(folder, new HandCoordinator(), others, tls);
  }

  public ServerFixture(
      Path folder,
      HandCoordinator coordinator,
      List<RouteSource> others,
      Optional<ApiSettings.TlsFiles> tls)
      throws Exception {
    this.folder = folder;
    this.coordinator = coordinator;
    access = AccessControl.open(folder, new SecureRandom(), InstantSource.system());
    admin = Files.readString(folder.resolve(AccessControl.ADMIN_TOKEN_FILE)).strip();
    audit = AuditLog.open(folder, InstantSource.system());
    door = new DoorLog(audit, System::nanoTime);
    server =
        ApiServer.start(
                vertx,
                new ApiSettings("127.0.0.1", 0, folder.resolve("uploads"), MAX_MODEL_BYTES, tls),
                new ApiServer.Parts(
                    KernelLibrary.standard(),
                    coordinator,
                    coordinator::trials,
                    Roofs.unknown(),
                    access,
                    audit,
                    door,
                    readiness,
                    new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                    new HashesOnly(),
                    Optional.empty(),
                    others))
            .toCompletionStage()
            .toCompletableFuture()
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    readiness.ready();
  }

  /** Names weights and orders, and keeps none. */
  private static final class HashesOnly implements WeightKeeper {
    @Override
    public String put(byte[] plain) {
      return WeightStore.hash(plain);
    }

    @Override
    public String share(ChannelOrder order, String weightsHash) {
      return WeightStore.hash(order.bytes());
    }
  }

  /** An answer. */
  public record Answer(int status, String type, String body, HttpResponse<String> response) {
    public JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (JsonProcessingException e) {
        throw new AssertionError("no JSON: " + body, e);
      }
    }

    public Answer expect(int wanted) {
      assertEquals(wanted, status, body);
      return this;
    }
  }

  public URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  public String token(String name, Role... roles) {
    return access.create(name, Set.of(roles), 1).secret();
  }

  public HttpRequest.Builder request(String token, String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(PATIENCE);
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }

  public Answer get(String token, String path) throws IOException, InterruptedException {
    return send(request(token, path).GET().build());
  }

  public Answer delete(String token, String path) throws IOException, InterruptedException {
    return send(request(token, path).DELETE().build());
  }

  public Answer post(String token, String path, String json)
      throws IOException, InterruptedException {
    return post(token, path, "application/json", BodyPublishers.ofString(json));
  }

  public Answer post(String token, String path, String type, BodyPublisher body)
      throws IOException, InterruptedException {
    return send(request(token, path).header("Content-Type", type).POST(body).build());
  }

  public Answer send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    return new Answer(
        response.statusCode(),
        response.headers().firstValue("Content-Type").orElse(""),
        response.body(),
        response);
  }

  /** Submits these workloads for the one device key. */
  public String submit(String token, String... workloads) throws IOException, InterruptedException {
    var body = JSON.createObjectNode().put("device_key", HandCoordinator.KEY.text());
    var list = body.putArray("workloads");
    List.of(workloads).forEach(list::add);
    return post(token, "/api/v1/jobs", body.toString()).expect(201).json().path("job").asText();
  }

  public List<String> auditLines() throws IOException {
    return Files.readAllLines(folder.resolve("audit.jsonl"));
  }

  public long uploadsLeft() throws IOException {
    try (var files = Files.list(folder.resolve("uploads"))) {
      return files.count();
    }
  }

  @Override
  public void close() {
    server.stop(Duration.ofSeconds(1)).toCompletionStage().toCompletableFuture().join();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    client.close();
    door.close();
    audit.close();
  }
}
