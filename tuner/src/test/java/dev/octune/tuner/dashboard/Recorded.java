package dev.octune.tuner.dashboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.tuner.landscape.Landscape;
import dev.octune.tuner.landscape.Landscape.Outcome;
import dev.octune.tuner.landscape.Landscape.Point;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Random;

/**
 * A measured landscape as the service would tell of it: trials in a random order, each with what
 * was measured there.
 */
final class Recorded {
  static final String TARGET = "x86_64 cpu=znver4 isa=avx2 threads=1";
  static final String DEVICE_KEY = "zen4";
  static final String DEVICE = "rack1-zen4-a";

  /** The recorded machine's roof: vpmaddwd on int16, 256 bits. */
  static final double ROOF_GOPS = 168;

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final long SEED = 21;

  private final Landscape landscape;
  private final List<Point> order;

  private Recorded(Landscape landscape) {
    this.landscape = landscape;
    order = new ArrayList<>(landscape.points());
    Collections.shuffle(order, new Random(SEED));
  }

  /** A landscape of the search's tests. */
  static Recorded of(String name) throws IOException {
    String file = "/landscapes/" + name + ".landscape.gz";
    return new Recorded(
        Landscape.read(
            Path.of(Objects.requireNonNull(Recorded.class.getResource(file)).getPath())));
  }

  String workload() {
    return landscape.workload().text();
  }

  long macs() {
    return landscape.workload().macs();
  }

  int size() {
    return order.size();
  }

  String schedule(int trial) {
    return order.get(trial - 1).schedule().text();
  }

  /** Empty where the trial failed. */
  OptionalDouble nanos(int trial) {
    return order.get(trial - 1).outcome() instanceof Outcome.Timed(double nanos)
        ? OptionalDouble.of(nanos)
        : OptionalDouble.empty();
  }

  /** Best of the trials from the first to this one. */
  double bestNanos(int trial) {
    double best = Double.POSITIVE_INFINITY;
    for (int i = 1; i <= trial; i++) {
      best = Math.min(best, nanos(i).orElse(best));
    }
    return best;
  }

  double defaultNanos() {
    return order.stream()
        .filter(point -> point.schedule().equals(landscape.defaultSchedule()))
        .map(point -> ((Outcome.Timed) point.outcome()).medianNanos())
        .findFirst()
        .orElseThrow();
  }

  double gops(double nanos) {
    return 2 * macs() / nanos;
  }

  /** Data of an event {@code trial}. */
  ObjectNode trial(String job, int task, int trial) {
    double best = bestNanos(trial);
    ObjectNode event =
        JSON.objectNode()
            .put("job", job)
            .put("trial", trial)
            .put("task", task)
            .put("trials", trial)
            .put("schedule", schedule(trial))
            .put("device", DEVICE)
            .put("status", nanos(trial).isPresent() ? "timed" : "run_failed");
    nanos(trial)
        .ifPresentOrElse(ns -> event.put("median_ns", ns), () -> event.putNull("median_ns"));
    return event.put("best_ns", best).put("gops", gops(best));
  }

  /** The same trial, had it failed. */
  ObjectNode failed(String job, int task, int trial, String status, String reason) {
    return trial(job, task, trial).putNull("median_ns").put("status", status).put("reason", reason);
  }

  /** A task of a job after so many trials. */
  ObjectNode task(int task, int trials, boolean isConfirmed, String... layers) {
    ObjectNode node =
        JSON.objectNode()
            .put("task", task)
            .put("workload", workload())
            .put("uses", Math.max(1, layers.length));
    ArrayNode names = node.putArray("layers");
    List.of(layers).forEach(names::add);
    node.put("macs", macs()).put("space_size", landscape.spaceSize()).put("trials", trials);
    if (trials == 0) {
      node.putNull("best_ns").putNull("gops");
    } else {
      node.put("best_ns", bestNanos(trials)).put("gops", gops(bestNanos(trials)));
    }
    if (isConfirmed) {
      double best = bestNanos(trials);
      node.set("default", figure(landscape.defaultSchedule().text(), defaultNanos()));
      node.set("best", figure(schedule(1), best));
      node.put("speedup", defaultNanos() / best).put("source", "measured");
    } else {
      node.putNull("default").putNull("best").putNull("speedup").putNull("source");
    }
    return node.put("roof_gops", ROOF_GOPS);
  }

  private ObjectNode figure(String schedule, double nanos) {
    return JSON.objectNode()
        .put("schedule", schedule)
        .put("median_ns", nanos)
        .put("gops", gops(nanos));
  }

  /** A record of a trial. */
  ObjectNode record(int trial) {
    ObjectNode record =
        JSON.objectNode()
            .put("workload", workload())
            .put("target", TARGET)
            .put("schedule", schedule(trial))
            .put("kind", "trial")
            .put("status", nanos(trial).isPresent() ? "timed" : "run_failed");
    ArrayNode samples = record.putArray("samples_ns");
    nanos(trial).ifPresent(samples::add);
    nanos(trial)
        .ifPresentOrElse(ns -> record.put("median_ns", ns), () -> record.putNull("median_ns"));
    if (nanos(trial).isEmpty()) {
      record.put("reason", "signal 11 at the guard page behind the output");
    }
    return record
        .put("measured_at", "2026-11-25T21:%02d:%02dZ".formatted(trial / 60 % 60, trial % 60))
        .put("device", DEVICE)
        .put("session", "session-1");
  }

  /** A job with these tasks. */
  static ObjectNode job(String id, String name, String state, int planned, ObjectNode... tasks) {
    int trials = 0;
    int confirmed = 0;
    ArrayNode list = JSON.arrayNode();
    for (ObjectNode task : tasks) {
      trials += task.path("trials").asInt();
      confirmed += task.path("best").isNull() ? 0 : 1;
      list.add(task);
    }
    ObjectNode job =
        JSON.objectNode()
            .put("job", id)
            .put("name", name)
            .put("owner", "ada")
            .put("device_key", DEVICE_KEY)
            .put("target", TARGET)
            .put("state", state)
            .put("priority", 0)
            .put("tasks", tasks.length)
            .put("confirmed_tasks", confirmed)
            .put("trials", trials)
            .put("planned_trials", planned)
            .put("submitted_at", "2026-11-25T21:30:00.000Z")
            .put("changed_at", "2026-11-25T21:31:00.000Z")
            .put("active_seconds", 41.5)
            .put("device_seconds", 38.25);
    job.putObject("budget")
        .put("trials", planned)
        .putNull("trials_per_task")
        .putNull("time_seconds");
    job.put("strategy", "xgb").put("seed", 1).put("weight", 1.0);
    ArrayNode moves = job.putArray("moves");
    moves.add(move("queued", "ada", "submitted", "2026-11-25T21:30:00.000Z"));
    if (!state.equals("queued")) {
      moves.add(move("running", "service", "a device of its key is free", "2026-11-25T21:30:01Z"));
    }
    if (!state.equals("queued") && !state.equals("running")) {
      moves.add(move(state, "service", "its budget is spent", "2026-11-25T21:31:00.000Z"));
    }
    job.putObject("totals")
        .put("trials", trials)
        .put("wrong_answers", 0)
        .put("build_failures", 0)
        .put("run_failures", 0);
    job.put("first_result_seconds", 0.8);
    job.set("task_list", list);
    job.putArray("uncovered");
    return job;
  }

  static ObjectNode uncovered(String layer, String op, String reason) {
    return JSON.objectNode().put("layer", layer).put("op", op).put("reason", reason);
  }

  private static ObjectNode move(String state, String who, String why, String at) {
    return JSON.objectNode().put("state", state).put("who", who).put("why", why).put("at", at);
  }

  static ObjectNode device(String id, String status, double busySeconds) {
    ObjectNode device =
        JSON.objectNode()
            .put("device", id)
            .put("device_key", DEVICE_KEY)
            .put("target", TARGET)
            .put("description", TARGET + ", CPUs [1] of [0, 1], LLVM 20.1.7, Linux 6.18")
            .put("status", status)
            .put("since", "2026-11-25T21:20:00.000Z")
            .putNull("quarantine")
            .put("leases", 2)
            .put("results", 1234)
            .put("busy_seconds", busySeconds)
            .put("base_ns", 10_450.0)
            .put("factor", 1.02)
            .put("load_1m", 0.75);
    device.putObject("roofs_gops").put("avx2_s16", ROOF_GOPS).put("avx2_s16w8", 163);
    device.putObject("sandbox").put("seccomp", true).put("other_user", false);
    return device;
  }

  static ObjectNode quarantined(String id, String cause, String reason) {
    ObjectNode device = device(id, "quarantined", 12.5);
    device
        .putObject("quarantine")
        .put("cause", cause)
        .put("reason", reason)
        .put("since", "2026-11-25T21:25:00.000Z");
    return device;
  }
}
