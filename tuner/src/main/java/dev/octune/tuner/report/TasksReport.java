package dev.octune.tuner.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.tuner.task.TaskList;
import dev.octune.tuner.task.TuningTask;
import dev.octune.tuner.task.UncoveredLayer;

/** What {@code tasks} shows: the coverage of a network. */
public record TasksReport(TaskList tasks) {
  private static final double MACS_PER_MEGA = 1e6;

  /** The object of {@code tasks --json}. */
  public ObjectNode json() {
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    ArrayNode list = report.putArray("tasks");
    for (TuningTask task : tasks.tasks()) {
      ObjectNode node = list.addObject();
      node.put("workload", task.workload().text());
      node.put("uses", task.uses());
      node.put("macs", task.workload().macs());
      ArrayNode layers = node.putArray("layers");
      task.layers().forEach(layers::add);
    }
    ArrayNode uncovered = report.putArray("uncovered");
    for (UncoveredLayer layer : tasks.uncovered()) {
      ObjectNode node = uncovered.addObject();
      node.put("layer", layer.layer());
      node.put("op", layer.op());
      node.put("reason", layer.reason());
    }
    return report;
  }

  /** The tables for people. */
  public String table() {
    StringBuilder text = new StringBuilder();
    TextTable covered = new TextTable(">uses", ">MMAC", "<workload");
    for (TuningTask task : tasks.tasks()) {
      covered.row(
          String.valueOf(task.uses()),
          TuneReport.decimal(task.workload().macs() / MACS_PER_MEGA, 3),
          task.workload().text());
    }
    text.append(covered.text());
    if (!tasks.uncovered().isEmpty()) {
      TextTable missing = new TextTable("<layer without a task", "<operator", "<reason");
      tasks.uncovered().forEach(l -> missing.row(l.layer(), l.op(), l.reason()));
      text.append('\n').append(missing.text());
    }
    int uses = tasks.uses();
    return text.append(
            "\n%d tasks for %d layers, %d layers without a task%n"
                .formatted(tasks.tasks().size(), uses, tasks.uncovered().size()))
        .toString();
  }
}
