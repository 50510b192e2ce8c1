package dev.octune.tuner.lookup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.db.match.IndexedBest;
import dev.octune.db.match.LookupIndex;
import dev.octune.db.match.LookupResult;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.access.Role;
import dev.octune.tuner.http.Bodies;
import dev.octune.tuner.http.Parameters;
import dev.octune.tuner.http.Problem;
import dev.octune.tuner.http.RouteSource;
import dev.octune.tuner.http.Routes;
import dev.octune.tuner.report.LookupReport;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** The paths of look-ups. Thread-safe. */
final class LookupRoutes implements RouteSource {
  private static final String PATH = "/api/v1/lookup";

  /** All layers of some hundred networks. */
  private static final int MAX_WORKLOADS = 10_000;

  /** That many workloads of the longest length that is written: below 400 characters. */
  private static final int MAX_BODY_BYTES = 6 << 20;

  /** Searches for nearest schedules that wait or run; each takes milliseconds, a batch seconds. */
  private static final int MAX_SEARCHES = 256;

  /** A quarter of the heap, beside the index's fifth: 130 000 queries in 640 MB. */
  private static final long MAX_QUERIES_BYTES = Runtime.getRuntime().maxMemory() / 4;

  private final LookupIndex index;
  private final QueryCache queries = new QueryCache(MAX_QUERIES_BYTES);
  private final MissTuning misses;
  private final WorkerExecutor searchers;
  private final Semaphore searches = new Semaphore(MAX_SEARCHES);

  /**
   * @param searchers run what takes longer than an event loop may be kept
   */
  LookupRoutes(LookupIndex index, MissTuning misses, WorkerExecutor searchers) {
    this.index = index;
    this.misses = misses;
    this.searchers = searchers;
  }

  @Override
  public void addTo(Routes routes) {
    routes.add(HttpMethod.GET, PATH, Role.READ, this::one);
    routes.addWithBody(HttpMethod.POST, PATH, Role.READ, MAX_BODY_BYTES, this::many);
  }

  private void one(RoutingContext context) {
    String query = Objects.requireNonNullElse(context.request().query(), "");
    // Before the index is asked: a best that comes meanwhile makes the next one ask again.
    long version = index.version();
    Optional<QueryCache.Known> asked = queries.get(query);
    if (asked.isPresent() && stands(query, asked.get(), version)) {
      Tagged.send(context, Tagged.JSON, asked.get().tag(), asked.get().body());
      return;
    }
    Workload workload =
        Parameters.parse("workload", required(context, "workload"), Workload::parse);
    Target target = Parameters.parse("target", required(context, "target"), Target::parse);
    Optional<String> wait = Parameters.one(context, "wait");
    Optional<LookupResult<IndexedBest>> serving = index.findServing(workload, target);
    boolean isExact = serving.filter(MissTuning::isExact).isPresent();
    if (wait.isPresent() && !isExact) {
      misses.answer(context, workload, target, wait.get(), () -> report(workload, target));
    } else if (serving.isPresent()) {
      byte[] body = bytes(new LookupReport(workload, target, serving.get()));
      EntityTag tag = EntityTag.of(body);
      Buffer answer = Buffer.buffer(body);
      if (wait.isEmpty()) {
        QueryCache.Known known =
            new QueryCache.Known(workload, target, serving.get(), answer, tag, version);
        queries.put(query, serving.get().record().map(known::sharing).orElse(known));
      }
      Tagged.send(context, Tagged.JSON, tag, answer);
    } else {
      search(context, () -> bytes(report(workload, target)));
    }
  }

  private boolean stands(String query, QueryCache.Known known, long version) {
    if (known.version() == version) {
      return true;
    }
    boolean stands =
        index
            .findServing(known.workload(), known.target())
            .filter(known.result()::equals)
            .isPresent();
    if (stands) {
      queries.put(query, known.at(version));
    }
    return stands;
  }

  private void many(RoutingContext context) {
    JsonNode body = Bodies.json(context);
    JsonNode target = body.path("target");
    JsonNode workloads = body.path("workloads");
    if (!target.isTextual()
        || !workloads.isArray()
        || workloads.isEmpty()
        || workloads.size() > MAX_WORKLOADS
        || body.size() != 2) {
      throw new Problem(
              Problem.Kind.MALFORMED,
              "The body is no object of a target and an array of 1 to %d workloads."
                  .formatted(MAX_WORKLOADS),
              "send {\"target\":\"…\",\"workloads\":[\"…\"]}, longer lists in several requests")
          .exception();
    }
    Target on = Parameters.parse("target", target.textValue(), Target::parse);
    search(context, () -> batch(workloads, on));
  }

  /** Runs it off the event loop, unless too many wait already. */
  private void search(RoutingContext context, java.util.concurrent.Callable<byte[]> answer) {
    if (!searches.tryAcquire()) {
      throw new Problem(
              Problem.Kind.UNAVAILABLE,
              "%d other look-ups search for nearest schedules.".formatted(MAX_SEARCHES),
              "try again in a second")
          .exception();
    }
    searchers
        .executeBlocking(answer, false)
        .onComplete(_ -> searches.release())
        .onSuccess(body -> Tagged.json(context, body))
        .onFailure(context::fail);
  }

  private byte[] batch(JsonNode workloads, Target target) {
    List<Workload> parsed = new ArrayList<>(workloads.size());
    for (int i = 0; i < workloads.size(); i++) {
      JsonNode text = workloads.get(i);
      if (!text.isTextual()) {
        throw new Problem(
                Problem.Kind.MALFORMED,
                "workloads[%d] is %s.".formatted(i, text.getNodeType()),
                "give workload texts")
            .exception();
      }
      parsed.add(Parameters.parse("workloads[%d]".formatted(i), text.textValue(), Workload::parse));
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream(1 << 16);
    body.writeBytes("{\"results\":[".getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < parsed.size(); i++) {
      if (i > 0) {
        body.write(',');
      }
      body.writeBytes(bytes(report(parsed.get(i), target)));
    }
    body.writeBytes("]}".getBytes(StandardCharsets.US_ASCII));
    return body.toByteArray();
  }

  private LookupReport report(Workload workload, Target target) {
    return new LookupReport(workload, target, index.find(workload, target));
  }

  private static byte[] bytes(LookupReport report) {
    ObjectNode json = report.json();
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String required(RoutingContext context, String name) {
    return Parameters.one(context, name)
        .orElseThrow(
            () ->
                new Problem(
                        Problem.Kind.MALFORMED,
                        "%s is missing.".formatted(name),
                        "ask with ?workload=…&target=…, percent-encoded")
                    .exception());
  }
}
