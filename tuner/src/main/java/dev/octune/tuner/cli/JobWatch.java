package dev.octune.tuner.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.octune.tuner.client.JobEvent;
import dev.octune.tuner.client.OctuneClient;
import dev.octune.tuner.report.ServiceReport;
import java.io.PrintWriter;
import java.time.Duration;
import picocli.CommandLine;

/** Follows a job of a service on stderr, then prints its result on stdout. Not thread-safe. */
final class JobWatch {
  /** Often enough to look alive, seldom enough to cost nothing. */
  private static final Duration TERMINAL_INTERVAL = Duration.ofMillis(100);

  /** In a log, a line every few seconds is enough. */
  private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(5);

  private static final String CLEAR_LINE = "\r\u001b[K";

  private final OctuneClient client;
  private final String job;
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean json;
  private final boolean terminal = Terminal.onStderr();
  private long shownAtNanos;

  /**
   * @param json the result as one JSON object
   */
  JobWatch(OctuneClient client, String job, CommandLine line, boolean json) {
    this.client = client;
    this.job = job;
    this.out = line.getOut();
    this.err = line.getErr();
    this.json = json;
  }

  /** Returns the exit code: done is 0, failed and cancelled are 1. */
  int untilItEnds() throws InterruptedException {
    String state = client.watch(job, this::show);
    clear();
    JsonNode result = client.result(job);
    out.print(json ? result.toPrettyString() + "\n" : ServiceReport.result(result));
    out.flush();
    if (!state.equals("done")) {
      err.println("octune: " + job + " " + state);
    }
    return state.equals("done") ? Octune.EXIT_DONE : Octune.EXIT_FAILED;
  }

  private void show(JobEvent event) {
    JsonNode data = event.data();
    switch (event.name()) {
      case "state" -> {
        clear();
        err.printf(
            "octune: %s %s (%s)%n", job, data.path("state").asText(), data.path("why").asText());
      }
      case "trial" -> showTrial(data);
      // A later version may tell more; this one is silent about it.
      default -> {}
    }
    err.flush();
  }

  private void showTrial(JsonNode trial) {
    long now = System.nanoTime();
    long interval = (terminal ? TERMINAL_INTERVAL : PLAIN_INTERVAL).toNanos();
    if (now - shownAtNanos < interval && shownAtNanos != 0) {
      return;
    }
    shownAtNanos = now;
    String line =
        "%d trials, task %d, %s"
            .formatted(
                trial.path("trial").asInt(),
                trial.path("task").asInt() + 1,
                trial.path("best_ns").isNull()
                    ? "no result yet"
                    : "best %s (%.0f GOPS)"
                        .formatted(
                            ServiceReport.duration(trial.path("best_ns").asDouble()),
                            trial.path("gops").asDouble()));
    if (terminal) {
      err.print(CLEAR_LINE + line);
    } else {
      err.println(line);
    }
  }

  private void clear() {
    if (terminal) {
      err.print(CLEAR_LINE);
      err.flush();
    }
  }
}
