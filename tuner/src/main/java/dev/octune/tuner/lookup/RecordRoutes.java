package dev.octune.tuner.lookup;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.db.RecordFilter;
import dev.octune.db.RecordOrder;
import dev.octune.db.RecordPage;
import dev.octune.db.TuningDb;
import dev.octune.db.log.ImportReport;
import dev.octune.db.log.LineProblem;
import dev.octune.db.log.TuningLog;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.access.Role;
import dev.octune.tuner.http.Bodies;
import dev.octune.tuner.http.Deeds;
import dev.octune.tuner.http.Parameters;
import dev.octune.tuner.http.Problem;
import dev.octune.tuner.http.Replies;
import dev.octune.tuner.http.RouteSource;
import dev.octune.tuner.http.Routes;
import dev.octune.tuner.report.RecordsReport;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Records out and in. Thread-safe. */
final class RecordRoutes implements RouteSource {
  private static final String RECORDS = "/api/v1/records";
  private static final String LINES = "application/x-ndjson";
  private static final Logger LOG = LoggerFactory.getLogger(RecordRoutes.class);

  private static final int DEFAULT_PAGE = 500;
  private static final int MAX_PAGE = 5000;

  /** Exports and imports under way; each holds a thread as long as its client likes. */
  private static final int MAX_STREAMS = 4;

  /** Pages that wait or are read. */
  private static final int MAX_PAGES = 64;

  /** Skipped lines that an answer names; a foreign file has thousands. */
  private static final int MAX_PROBLEMS = 1000;

  private final TuningDb db;
  private final WorkerExecutor readers;
  private final WorkerExecutor streamers;
  private final Deeds deeds;
  private final String octuneVersion;
  private final Semaphore streams = new Semaphore(MAX_STREAMS);
  private final Semaphore pages = new Semaphore(MAX_PAGES);

  /**
   * @param readers run what takes some milliseconds of the database
   * @param streamers as many threads as {@link #MAX_STREAMS}, run what takes as long as a client
   */
  RecordRoutes(
      TuningDb db,
      WorkerExecutor readers,
      WorkerExecutor streamers,
      Deeds deeds,
      String octuneVersion) {
    this.db = db;
    this.readers = readers;
    this.streamers = streamers;
    this.deeds = deeds;
    this.octuneVersion = octuneVersion;
  }

  @Override
  public void addTo(Routes routes) {
    routes.add(HttpMethod.GET, RECORDS, Role.READ, this::list);
    routes.add(HttpMethod.GET, RECORDS + "/export", Role.READ, this::export);
    routes.addStreaming(HttpMethod.POST, RECORDS + "/import", Role.ADMIN, this::importLog);
  }

  private void list(RoutingContext context) {
    RecordFilter filter = filter(context);
    int limit = Parameters.whole(context, "limit", 1, MAX_PAGE, DEFAULT_PAGE);
    long after =
        Parameters.one(context, "after")
            .map(text -> Parameters.parse("after", text, RecordRoutes::position))
            .orElse(0L);
    RecordOrder order =
        Parameters.one(context, "order")
            .map(text -> Parameters.parse("order", text, RecordRoutes::order))
            .orElse(RecordOrder.OLDEST_FIRST);
    if (!pages.tryAcquire()) {
      throw busy("%d other pages of records are being read.".formatted(MAX_PAGES));
    }
    readers
        .executeBlocking(() -> json(db.page(filter, order, after, limit)), false)
        .onComplete(_ -> pages.release())
        .onSuccess(
            body -> {
              HttpServerResponse response = context.response();
              if (!response.closed()) {
                var _ =
                    response
                        .putHeader(HttpHeaders.CONTENT_TYPE, Replies.JSON)
                        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                        .end(Buffer.buffer(body));
              }
            })
        .onFailure(context::fail);
  }

  private void export(RoutingContext context) {
    RecordFilter filter = filter(context);
    if (!streams.tryAcquire()) {
      throw busy("%d other exports and imports are under way.".formatted(MAX_STREAMS));
    }
    HttpServerResponse response = context.response();
    response
        .setChunked(true)
        .putHeader(HttpHeaders.CONTENT_TYPE, LINES)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    streamers
        .executeBlocking(
            () -> {
              ResponseOutput out = new ResponseOutput(response);
              TuningDb.Counts counts = TuningLog.exportTo(out, db, filter, octuneVersion);
              out.flush();
              return counts;
            },
            false)
        .onComplete(_ -> streams.release())
        .onSuccess(_ -> response.end())
        .onFailure(
            failure -> {
              if (!response.headWritten()) {
                context.fail(failure);
                return;
              }
              // The end of the chunks must be missing: a log that was cut looks whole otherwise.
              LOG.atWarn().setCause(failure).log("export.cut");
              context.request().connection().close();
            });
  }

  private void importLog(RoutingContext context) {
    if (!Bodies.type(context).equals(LINES)) {
      Bodies.refuse(
          context,
          new Problem(
              Problem.Kind.WRONG_TYPE,
              "Content-Type is '%s'.".formatted(Bodies.type(context)),
              "send " + LINES));
      return;
    }
    if (!streams.tryAcquire()) {
      Bodies.refuse(
          context,
          busyProblem("%d other exports and imports are under way.".formatted(MAX_STREAMS)));
      return;
    }
    RequestInput in = new RequestInput(context.vertx(), context.request());
    Bodies.allowSending(context.request());
    context.request().resume();
    List<LineProblem> problems = new ArrayList<>();
    streamers
        .executeBlocking(
            () -> {
              try {
                return TuningLog.importFrom(
                    in,
                    "body",
                    db,
                    problem -> {
                      if (problems.size() < MAX_PROBLEMS) {
                        problems.add(problem);
                      }
                    });
              } catch (IOException e) {
                throw new Problem(
                        Problem.Kind.MALFORMED,
                        "The body can't be read: %s.".formatted(e.getMessage()),
                        "send it again: what is stored already is a duplicate then")
                    .exception();
              }
            },
            false)
        .onComplete(_ -> streams.release())
        .compose(
            report ->
                deeds
                    .done(
                        context,
                        "records.import",
                        "body",
                        "%d records, %d bests, %d skipped"
                            .formatted(report.records(), report.bests(), report.skipped()))
                    .map(report))
        .onSuccess(report -> Replies.json(context, 200, json(report, problems)))
        .onFailure(context::fail);
  }

  private static RecordFilter filter(RoutingContext context) {
    RecordFilter filter = RecordFilter.ALL;
    Optional<String> workload = Parameters.one(context, "workload");
    if (workload.isPresent()) {
      filter = filter.withWorkload(Parameters.parse("workload", workload.get(), Workload::parse));
    }
    Optional<String> target = Parameters.one(context, "target");
    if (target.isPresent()) {
      filter = filter.withTarget(Parameters.parse("target", target.get(), Target::parse));
    }
    Optional<String> session = Parameters.one(context, "session");
    return session.isPresent() ? filter.withSession(session.get()) : filter;
  }

  private static long position(String text) {
    // Long.parseLong would also read "+1" and other scripts' digits.
    if (!text.matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException(
          "'%s' is no position. Mend: give next of the page before".formatted(text));
    }
    return Long.parseLong(text);
  }

  private static RecordOrder order(String text) {
    return switch (text) {
      case "oldest" -> RecordOrder.OLDEST_FIRST;
      case "newest" -> RecordOrder.NEWEST_FIRST;
      default ->
          throw new IllegalArgumentException(
              "'%s' is no order. Mend: give oldest or newest, which come first".formatted(text));
    };
  }

  private static byte[] json(RecordPage page) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      json.writeArrayFieldStart("records");
      for (TuningRecord record : page.records()) {
        RecordsReport.write(record, json);
      }
      json.writeEndArray();
      if (page.next().isPresent()) {
        json.writeStringField("next", String.valueOf(page.next().getAsLong()));
      } else {
        json.writeNullField("next");
      }
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static ObjectNode json(ImportReport report, List<LineProblem> problems) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("records", report.records());
    node.put("bests", report.bests());
    node.put("duplicates", report.duplicates());
    node.put("kept_bests", report.keptBests());
    node.put("skipped", report.skipped());
    ArrayNode list = node.putArray("problems");
    for (LineProblem problem : problems) {
      list.addObject().put("line", problem.line()).put("what", problem.what());
    }
    return node;
  }

  private static RuntimeException busy(String detail) {
    return busyProblem(detail).exception();
  }

  private static Problem busyProblem(String detail) {
    return new Problem(Problem.Kind.UNAVAILABLE, detail, "try again in some seconds");
  }
}
