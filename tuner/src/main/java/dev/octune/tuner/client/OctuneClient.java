package dev.octune.tuner.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A service, from a compiler or a script. Thread-safe; calls block, and may be interrupted. Answers
 * to look-ups are kept with their ETag, so that asking again moves a few bytes only.
 *
 * <pre>{@code
 * try (OctuneClient octune = OctuneClient.of(URI.create("http://127.0.0.1:8470"), token)) {
 *   LookupAnswer answer = octune.lookup("dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32", target);
 *   answer.record().ifPresent(record -> link(octune.kernel(record.id())));
 * }
 * }</pre>
 *
 * <p>Every method throws {@link ServiceException} where the service refuses or does not answer.
 */
public final class OctuneClient implements AutoCloseable {
  /** Workloads that one request may look up; longer lists go in several. */
  public static final int MAX_BATCH = 10_000;

  /** A job goes on while its watcher can't reach the service; that long the watcher tries. */
  private static final Duration WATCH_PATIENCE = Duration.ofMinutes(5);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final Wire wire;
  private final AnswerCache answers = new AnswerCache();

  public OctuneClient(ClientSettings settings) {
    this.wire = new Wire(settings);
  }

  /** A service at an address, opened by a token. */
  public static OctuneClient of(URI server, String token) {
    return new OctuneClient(ClientSettings.of(server, token));
  }

  /** The best schedule known for a workload. */
  public LookupAnswer lookup(String workload, String target) throws InterruptedException {
    String path = "/lookup" + Wire.query(Map.of("workload", workload, "target", target));
    Optional<AnswerCache.Known> known = answers.get(path);
    HttpRequest.Builder request = wire.request(path);
    known.ifPresent(answer -> request.header("If-None-Match", answer.etag()));
    HttpResponse<byte[]> response = wire.send(request.build());
    if (response.statusCode() == Wire.NOT_MODIFIED && known.isPresent()) {
      return known.get().answer();
    }
    LookupAnswer answer = answer(response);
    response
        .headers()
        .firstValue("ETag")
        .ifPresent(etag -> answers.put(path, new AnswerCache.Known(etag, answer)));
    return answer;
  }

  /**
   * The best schedule known for a workload; where none was measured for it, has it tuned and waits.
   * If the job has not ended by then, the answer names it.
   *
   * @param deviceKey which devices tune it
   * @param wait at most the service's limit, 300 s
   */
  public LookupAnswer lookup(String workload, String target, String deviceKey, Duration wait)
      throws InterruptedException {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("workload", workload);
    parameters.put("target", target);
    parameters.put("device_key", deviceKey);
    parameters.put("wait", wait.toMillis() + "ms");
    return answer(wire.send(wire.request("/lookup" + Wire.query(parameters), wait).build()));
  }

  /** The best schedules known for workloads on one target, in order. */
  public List<LookupAnswer> lookup(List<String> workloads, String target)
      throws InterruptedException {
    List<LookupAnswer> found = new ArrayList<>(workloads.size());
    for (int from = 0; from < workloads.size(); from += MAX_BATCH) {
      int to = Math.min(from + MAX_BATCH, workloads.size());
      ObjectNode body = Wire.JSON.createObjectNode().put("target", target);
      ArrayNode list = body.putArray("workloads");
      workloads.subList(from, to).forEach(list::add);
      for (JsonNode answer : wire.json(post("/lookup", body)).path("results")) {
        found.add(LookupAnswer.of(answer));
      }
    }
    if (found.size() != workloads.size()) {
      throw new ServiceException.Unreachable(
          wire.request("/lookup").build().uri(),
          "%d answers to %d workloads".formatted(found.size(), workloads.size()));
    }
    return found;
  }

  /** A tuned kernel as an ELF object file, of a record that a lookup gave. */
  public byte[] kernel(String recordId) throws InterruptedException {
    return wire.send(wire.request("/kernels/" + Wire.encoded(recordId) + "/kernel.o").GET().build())
        .body();
  }

  /**
   * Submits workloads.
   *
   * @return Submitted of the service's document: job, state, tasks, uncovered
   */
  public JsonNode submit(List<String> workloads, JobOrder order) throws InterruptedException {
    ObjectNode body = Wire.JSON.valueToTree(order.options());
    ArrayNode list = body.putArray("workloads");
    workloads.forEach(list::add);
    return wire.json(post("/jobs", body));
  }

  /**
   * Submits workloads with the number of layers that use each.
   *
   * @return Submitted of the service's document: job, state, tasks, uncovered
   */
  public JsonNode submit(Map<String, Integer> usesOfWorkloads, JobOrder order)
      throws InterruptedException {
    ObjectNode body = Wire.JSON.valueToTree(order.options());
    ArrayNode list = body.putArray("workloads");
    usesOfWorkloads.forEach(
        (workload, uses) -> list.addObject().put("workload", workload).put("uses", uses));
    return wire.json(post("/jobs", body));
  }

  /**
   * Submits a model file.
   *
   * @return Submitted of the service's document: job, state, tasks, uncovered
   * @throws FileNotFoundException where there is no such file
   */
  public JsonNode submit(Path model, JobOrder order)
      throws FileNotFoundException, InterruptedException {
    return wire.json(
        wire.request("/jobs" + Wire.query(order.options()))
            .header("Content-Type", "application/octet-stream")
            .POST(BodyPublishers.ofFile(model))
            .build());
  }

  /** A job: Job of the service's document. */
  public JsonNode status(String job) throws InterruptedException {
    return wire.json(wire.request("/jobs/" + Wire.encoded(job)).build());
  }

  /** The newest jobs: JobPage of the service's document. */
  public JsonNode jobs(Map<String, String> filter) throws InterruptedException {
    return wire.json(wire.request("/jobs" + (filter.isEmpty() ? "" : Wire.query(filter))).build());
  }

  /** What a job has found, as {@code tune --json} tells it. */
  public JsonNode result(String job) throws InterruptedException {
    return wire.json(wire.request("/jobs/" + Wire.encoded(job) + "/result").build());
  }

  /** Ends a job: Job of the service's document. */
  public JsonNode cancel(String job, String why) throws InterruptedException {
    String path = "/jobs/" + Wire.encoded(job) + Wire.query(Map.of("why", why));
    return wire.json(wire.request(path).DELETE().build());
  }

  /** Halts a job until it is resumed: Job of the service's document. */
  public JsonNode pause(String job, String why) throws InterruptedException {
    return move(job, "pause", why);
  }

  /** Has a paused job go on: Job of the service's document. */
  public JsonNode resume(String job, String why) throws InterruptedException {
    return move(job, "resume", why);
  }

  /** The devices: an array of Device of the service's document. */
  public JsonNode devices() throws InterruptedException {
    return wire.json(wire.request("/devices").build()).path("devices");
  }

  /** Trusts a quarantined device again: Device of the service's document. For admins. */
  public JsonNode release(String device) throws InterruptedException {
    return wire.json(post("/devices/" + Wire.encoded(device) + "/release", emptyObject()));
  }

  /**
   * Makes a token. For admins.
   *
   * @param weight share of the principal's jobs against those of others
   * @return the token with its secret, as the service's document has it
   */
  public JsonNode createToken(String principal, List<String> roles, double weight)
      throws InterruptedException {
    ObjectNode body = emptyObject().put("principal", principal).put("weight", weight);
    ArrayNode list = body.putArray("roles");
    roles.forEach(list::add);
    return wire.json(post("/tokens", body));
  }

  /** The tokens, without their secrets: an array of Token of the service's document. For admins. */
  public JsonNode tokens() throws InterruptedException {
    return wire.json(wire.request("/tokens").build()).path("tokens");
  }

  /** Revokes a token. For admins. */
  public void revokeToken(String id) throws InterruptedException {
    var _ = wire.send(wire.request("/tokens/" + Wire.encoded(id)).DELETE().build());
  }

  /**
   * Follows a job from its beginning to its end. Where the line breaks or the service restarts it
   * goes on behind the last event, for up to five minutes without an answer.
   *
   * @param listener called on this thread
   * @return the job's last state: done, failed or cancelled
   */
  public String watch(String job, Consumer<JobEvent> listener) throws InterruptedException {
    Watch watch = new Watch(job, listener);
    long deadline = System.nanoTime() + WATCH_PATIENCE.toNanos();
    Duration pause = FIRST_PAUSE;
    while (true) {
      try {
        boolean heard = watch.follow();
        if (watch.isOver()) {
          return status(job).path("state").asText();
        }
        if (heard) {
          deadline = System.nanoTime() + WATCH_PATIENCE.toNanos();
          pause = FIRST_PAUSE;
        }
      } catch (ServiceException.Unreachable e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
      } catch (ServiceException.Refused e) {
        if (e.status() < 500 || System.nanoTime() > deadline) {
          throw e;
        }
      }
      Thread.sleep(pause);
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
    }
  }

  /** Waits until a job has ended; returns its last state. */
  public String await(String job) throws InterruptedException {
    return watch(job, _ -> {});
  }

  @Override
  public void close() {
    wire.close();
  }

  private static ObjectNode emptyObject() {
    return Wire.JSON.createObjectNode();
  }

  private JsonNode move(String job, String where, String why) throws InterruptedException {
    String path = "/jobs/" + Wire.encoded(job) + "/" + where + Wire.query(Map.of("why", why));
    return wire.json(wire.request(path).POST(BodyPublishers.noBody()).build());
  }

  private HttpRequest post(String path, JsonNode body) {
    return wire.request(path)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofByteArray(Wire.bytes(body)))
        .build();
  }

  private static LookupAnswer answer(HttpResponse<byte[]> response) {
    try {
      return LookupAnswer.of(Wire.json(response.uri(), response.body()));
    } catch (IllegalArgumentException | java.time.DateTimeException e) {
      throw new ServiceException.Unreachable(
          response.uri(), "the answer can't be read: " + e.getMessage());
    }
  }

  /** One job being followed, over as many connections as it takes. */
  private final class Watch {
    private final String job;
    private final Consumer<JobEvent> listener;
    private String lastId = "";
    private boolean over;

    Watch(String job, Consumer<JobEvent> listener) {
      this.job = job;
      this.listener = listener;
    }

    boolean isOver() {
      return over;
    }

    /** Hands on what comes until the line ends; true where something came. */
    boolean follow() throws InterruptedException {
      HttpRequest.Builder request =
          wire.request("/jobs/" + Wire.encoded(job) + "/events")
              .header("Accept", "text/event-stream");
      if (!lastId.isEmpty()) {
        request.header("Last-Event-ID", lastId);
      }
      HttpResponse<java.io.InputStream> response = wire.stream(request.build());
      boolean heard = false;
      try (EventStream events = new EventStream(response.uri(), response.body())) {
        if (response.statusCode() == Wire.NO_CONTENT) {
          over = true;
        }
        for (Optional<JobEvent> next = events.next(); next.isPresent(); next = events.next()) {
          JobEvent event = next.get();
          heard = true;
          lastId = event.id().isEmpty() ? lastId : event.id();
          over |= event.name().equals(JobEvent.STATE) && isEnd(event);
          listener.accept(event);
        }
      } catch (IOException e) {
        // What was heard stands; the next connection goes on behind it.
        return heard;
      }
      return heard;
    }

    private static boolean isEnd(JobEvent event) {
      return switch (event.data().path("state").asText()) {
        case "done", "failed", "cancelled" -> true;
        default -> false;
      };
    }
  }
}
