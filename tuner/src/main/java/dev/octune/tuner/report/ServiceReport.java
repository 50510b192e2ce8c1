package dev.octune.tuner.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** What people see of a service's answers, whose fields the OpenAPI document names. */
public final class ServiceReport {
  private static final String NONE = "–";

  private ServiceReport() {}

  /** A page of jobs. */
  public static String jobs(JsonNode page) {
    TextTable table =
        new TextTable("<job", "<state", "<owner", "<device key", ">trials", ">tasks", "<name");
    for (JsonNode job : page.path("jobs")) {
      table.row(
          text(job, "job"),
          text(job, "state"),
          text(job, "owner"),
          text(job, "device_key"),
          text(job, "trials") + "/" + text(job, "planned_trials"),
          text(job, "confirmed_tasks") + "/" + text(job, "tasks"),
          text(job, "name"));
    }
    return table.text();
  }

  /** A job with its moves and tasks. */
  public static String job(JsonNode job) {
    StringBuilder text = new StringBuilder();
    text.append("%s %s: %s%n".formatted(text(job, "job"), text(job, "state"), text(job, "name")));
    text.append(
        "%s of %s trials, %s device seconds, for %s on %s (%s)%n%n"
            .formatted(
                text(job, "trials"),
                text(job, "planned_trials"),
                TuneReport.decimal(job.path("device_seconds").asDouble(), 1),
                text(job, "owner"),
                text(job, "device_key"),
                text(job, "target")));
    TextTable moves = new TextTable("<at", "<state", "<who", "<why");
    for (JsonNode move : job.path("moves")) {
      moves.row(text(move, "at"), text(move, "state"), text(move, "who"), text(move, "why"));
    }
    text.append(moves.text()).append('\n');
    return text.append(tasks(job.path("task_list"), "best_ns")).toString();
  }

  /** The object of {@code tune --json}. */
  public static String result(JsonNode result) {
    return tasks(result.path("tasks"), "")
        + "\n%s trials in %s s, %s wrong answers, %s build failures, %s run failures%s%n"
            .formatted(
                text(result, "trials"),
                TuneReport.decimal(result.path("elapsed_seconds").asDouble(), 1),
                text(result, "wrong_answers"),
                text(result, "build_failures"),
                text(result, "run_failures"),
                result.has("stopped") ? "; stopped: " + text(result, "stopped") : "");
  }

  private static String tasks(JsonNode tasks, String soFarField) {
    TextTable table =
        new TextTable(">uses", ">trials", ">default", ">best", ">GOPS", ">speed-up", "<workload");
    for (JsonNode task : tasks) {
      JsonNode best = task.path("best");
      JsonNode soFar = task.path(soFarField);
      boolean isConfirmed = best.isObject();
      table.row(
          text(task, "uses"),
          text(task, "trials"),
          isConfirmed ? duration(task.path("default").path("median_ns").asDouble()) : NONE,
          isConfirmed
              ? duration(best.path("median_ns").asDouble())
              : soFar.isNumber() ? duration(soFar.asDouble()) + " so far" : NONE,
          isConfirmed ? TuneReport.decimal(best.path("gops").asDouble(), 1) : NONE,
          isConfirmed ? TuneReport.decimal(task.path("speedup").asDouble(), 2) + "×" : NONE,
          text(task, "workload"));
    }
    return table.text();
  }

  /** Devices; the quarantined ones with their reason. */
  public static String devices(JsonNode devices) {
    TextTable table =
        new TextTable(
            "<device", "<key", "<status", ">results", ">busy s", ">load", "<target", "<reason");
    for (JsonNode device : devices) {
      table.row(
          text(device, "device"),
          text(device, "device_key"),
          text(device, "status"),
          text(device, "results"),
          TuneReport.decimal(device.path("busy_seconds").asDouble(), 1),
          device.path("load_1m").isNumber()
              ? TuneReport.decimal(device.path("load_1m").asDouble(), 2)
              : "",
          text(device, "target"),
          device.path("quarantine").path("reason").asText(""));
    }
    return table.text();
  }

  /** Tokens, without their secrets. */
  public static String tokens(JsonNode tokens) {
    TextTable table = new TextTable("<id", "<principal", "<roles", ">weight", "<created");
    for (JsonNode token : tokens) {
      List<String> roles = new ArrayList<>();
      token.path("roles").forEach(role -> roles.add(role.asText()));
      table.row(
          text(token, "id"),
          text(token, "principal"),
          String.join(",", roles),
          text(token, "weight"),
          text(token, "created_at"));
    }
    return table.text();
  }

  /** A time with a unit that suits it. */
  public static String duration(double nanos) {
    return TuneReport.duration(nanos);
  }

  private static String text(JsonNode node, String field) {
    return node.path(field).asText();
  }
}
