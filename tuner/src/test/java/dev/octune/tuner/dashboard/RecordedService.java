package dev.octune.tuner.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Speaks the service's API with data a test gives it, so that a test decides what happens when:
 * trials one by one, a connection cut, a device in quarantine. Its methods run on the server's
 * event loop; the caller waits for them. Thread-safe.
 */
final class RecordedService implements AutoCloseable {
  static final String TOKEN = "token-of-the-test";

  /** For a busy machine. */
  private static final long LIMIT_SECONDS = 30;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final Context loop = vertx.getOrCreateContext();
  private final Map<String, Job> jobs = new TreeMap<>();
  private final Map<String, ObjectNode> devices = new LinkedHashMap<>();
  private final ArrayNode records = JsonNodeFactory.instance.arrayNode();
  private final List<String> asked = new ArrayList<>();
  private boolean isOpen = true;
  private HttpServer server;
  private final int port;

  private RecordedService() {
    server = listen(0);
    port = server.actualPort();
  }

  static RecordedService start() {
    return new RecordedService();
  }

  /** A job, its events so far and who listens to them. */
  private record Job(ObjectNode view, List<String> events, List<HttpServerResponse> listeners) {}

  String url() {
    return "http://127.0.0.1:" + port + "/";
  }

  /** Methods and paths of the requests that changed something. */
  List<String> asked() {
    return onLoop(() -> List.copyOf(asked));
  }

  /** Adds a job, or replaces what is told of it. */
  void job(ObjectNode view) {
    onLoop(
        () -> {
          String name = view.path("job").asText();
          Job known = jobs.get(name);
          jobs.put(
              name,
              new Job(
                  view.deepCopy(),
                  known == null ? new ArrayList<>() : known.events(),
                  known == null ? new ArrayList<>() : known.listeners()));
          return null;
        });
  }

  /** Tells those who watch a job, now and later. */
  void event(String job, String name, ObjectNode data) {
    onLoop(
        () -> {
          tell(known(jobs, job), name, data);
          return null;
        });
  }

  void device(ObjectNode view) {
    onLoop(() -> devices.put(view.path("device").asText(), view.deepCopy()));
  }

  void record(ObjectNode record) {
    onLoop(() -> records.add(record.deepCopy()));
  }

  /** The token is not valid any more. */
  void revoke() {
    onLoop(() -> isOpen = false);
  }

  /** Jobs, devices and records are forgotten, the token is valid again. */
  void clear() {
    onLoop(
        () -> {
          jobs.values().stream()
              .flatMap(job -> job.listeners().stream())
              .forEach(HttpServerResponse::end);
          jobs.clear();
          devices.clear();
          records.removeAll();
          asked.clear();
          isOpen = true;
          return true;
        });
  }

  /** Nobody answers any more; what was open breaks. */
  void cut() {
    await(server.close());
    onLoop(
        () -> {
          jobs.values().forEach(job -> job.listeners().clear());
          return null;
        });
  }

  /** Answers again, at the same place. */
  void restore() {
    server = listen(port);
  }

  @Override
  public void close() {
    await(vertx.close());
  }

  private HttpServer listen(int port) {
    Router router = Router.router(vertx);
    Dashboard.load().paths().forEach((path, handler) -> router.get(path).handler(handler));
    router.route("/api/*").handler(this::letIn);
    router.get("/api/v1/jobs").handler(this::jobs);
    router.get("/api/v1/jobs/:job").handler(this::job);
    router.get("/api/v1/jobs/:job/events").handler(this::events);
    router.post("/api/v1/jobs/:job/pause").handler(context -> move(context, "paused"));
    router.post("/api/v1/jobs/:job/resume").handler(context -> move(context, "queued"));
    router.delete("/api/v1/jobs/:job").handler(context -> move(context, "cancelled"));
    router.get("/api/v1/devices").handler(this::devices);
    router.post("/api/v1/devices/:device/release").handler(this::release);
    router.get("/api/v1/records").handler(this::records);
    return await(vertx.createHttpServer().requestHandler(router).listen(port, "127.0.0.1"));
  }

  private void letIn(RoutingContext context) {
    if (isOpen && ("Bearer " + TOKEN).equals(context.request().getHeader("Authorization"))) {
      context.next();
    } else {
      problem(context, 401, "A valid token is missing", "The token is not known.");
    }
  }

  private void jobs(RoutingContext context) {
    String state = context.request().getParam("state");
    ObjectNode page = JsonNodeFactory.instance.objectNode();
    ArrayNode list = page.putArray("jobs");
    jobs.values().stream()
        .map(Job::view)
        .filter(job -> state == null || job.path("state").asText().equals(state))
        .sorted((a, b) -> b.path("job").asText().compareTo(a.path("job").asText()))
        .forEach(list::add);
    page.putNull("next");
    reply(context, page);
  }

  private void job(RoutingContext context) {
    Job job = jobs.get(context.pathParam("job"));
    if (job == null) {
      problem(context, 404, "There is no such thing", context.pathParam("job") + " is not known.");
    } else {
      reply(context, job.view());
    }
  }

  private void events(RoutingContext context) {
    Job job = jobs.get(context.pathParam("job"));
    if (job == null) {
      problem(context, 404, "There is no such thing", context.pathParam("job") + " is not known.");
      return;
    }
    String last = context.request().getHeader("Last-Event-ID");
    int from = last == null ? 0 : Integer.parseInt(last);
    HttpServerResponse response = context.response();
    response.setChunked(true).putHeader("Content-Type", "text/event-stream");
    // A comment first, as the service's heartbeat is one.
    response.write(
        ": hello\n\n" + String.join("", job.events().subList(from, job.events().size())));
    job.listeners().add(response);
  }

  private void move(RoutingContext context, String state) {
    asked.add(context.request().method() + " " + context.request().uri());
    Job job = known(jobs, context.pathParam("job"));
    String why = context.request().getParam("why");
    ObjectNode move =
        JsonNodeFactory.instance
            .objectNode()
            .put("state", state)
            .put("who", "tester")
            .put("why", why == null ? "" : why)
            .put("at", "2026-11-25T21:59:00Z");
    job.view().put("state", state);
    job.view().withArray("moves").add(move);
    tell(job, "state", move.deepCopy().put("job", context.pathParam("job")));
    reply(context, job.view());
  }

  private static <T> T known(Map<String, T> things, String name) {
    return Objects.requireNonNull(things.get(name), name);
  }

  private static void tell(Job job, String name, ObjectNode data) {
    String event = "id: %d\nevent: %s\ndata: %s\n\n".formatted(job.events().size() + 1, name, data);
    job.events().add(event);
    job.listeners().forEach(listener -> listener.write(event));
  }

  private void devices(RoutingContext context) {
    ObjectNode page = JsonNodeFactory.instance.objectNode();
    page.putArray("devices").addAll(devices.values());
    reply(context, page);
  }

  private void release(RoutingContext context) {
    asked.add(context.request().method() + " " + context.request().uri());
    ObjectNode device = known(devices, context.pathParam("device"));
    device.put("status", "calibrating").putNull("quarantine");
    reply(context, device);
  }

  private void records(RoutingContext context) {
    String workload = context.request().getParam("workload");
    String target = context.request().getParam("target");
    int limit = Integer.parseInt(context.request().getParam("limit", "500"));
    int after = Integer.parseInt(context.request().getParam("after", "0"));
    ObjectNode page = JsonNodeFactory.instance.objectNode();
    ArrayNode list = page.putArray("records");
    int at = after;
    for (; at < records.size() && list.size() < limit; at++) {
      JsonNode record = records.get(at);
      if ((workload == null || record.path("workload").asText().equals(workload))
          && (target == null || record.path("target").asText().equals(target))) {
        list.add(record);
      }
    }
    if (at < records.size()) {
      page.put("next", String.valueOf(at));
    } else {
      page.putNull("next");
    }
    reply(context, page);
  }

  private static void reply(RoutingContext context, JsonNode body) {
    context.response().putHeader("Content-Type", "application/json").end(body.toString());
  }

  private static void problem(RoutingContext context, int status, String title, String detail) {
    ObjectNode problem =
        JsonNodeFactory.instance
            .objectNode()
            .put("type", "urn:octune:problem:test")
            .put("title", title)
            .put("status", status)
            .put("detail", detail)
            .put("mend", "use another");
    context
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/problem+json")
        .end(problem.toString());
  }

  /** Runs where the handlers run. */
  private <T> T onLoop(Supplier<T> action) {
    Promise<T> promise = Promise.promise();
    loop.runOnContext(
        _ -> {
          try {
            promise.complete(action.get());
          } catch (RuntimeException e) {
            promise.fail(e);
          }
        });
    return await(promise.future());
  }

  private static <T> T await(Future<T> future) {
    return future
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
        .join();
  }
}
