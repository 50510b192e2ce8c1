package dev.octune.tuner.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.peer.Figure;
import dev.octune.tuner.peer.GoalResult;
import dev.octune.tuner.peer.ShapeResult;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * The end of a {@code bench}: a table for people, an object for programs.
 *
 * @param machine what the maker calls the processor
 */
public record BenchReport(
    Target target, String machine, List<PeerLine> peers, List<GoalResult> goals) {
  /** A library that took part. */
  public record PeerLine(String name, String version) {}

  public BenchReport {
    peers = List.copyOf(peers);
    goals = List.copyOf(goals);
  }

  /** The object of {@code bench --json}. */
  public ObjectNode json() {
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    report.put("target", target.text());
    report.put("machine", machine);
    ArrayNode libraries = report.putArray("peers");
    for (PeerLine peer : peers) {
      libraries.addObject().put("name", peer.name()).put("version", peer.version());
    }
    ArrayNode list = report.putArray("goals");
    for (GoalResult result : goals) {
      ObjectNode node = list.addObject();
      node.put("set", result.goal().set());
      node.put("what", result.goal().what());
      node.put("baseline", result.goal().baseline().text());
      node.put("goal_ratio", result.goal().ratio());
      put(node, "mean_ratio", result.mean());
      put(node, "least_ratio", result.least());
      node.put("reached", result.isReached());
      ArrayNode shapes = node.putArray("shapes");
      result.shapes().forEach(shape -> shapes.add(json(shape)));
    }
    return report;
  }

  private static ObjectNode json(ShapeResult shape) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("workload", shape.workload().text());
    node.set("octune", json(shape.workload(), shape.ours()));
    ArrayNode others = node.putArray("others");
    shape.others().forEach(other -> others.add(json(shape.workload(), other)));
    shape
        .baseline()
        .ifPresentOrElse(
            figure -> node.put("baseline", figure.library() + " " + figure.path()),
            () -> node.putNull("baseline"));
    put(node, "ratio", shape.ratio());
    return node;
  }

  private static ObjectNode json(Workload workload, Figure figure) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("library", figure.library());
    node.put("path", figure.path());
    node.put("kernel", figure.kernel());
    node.put("cap", figure.cap().name().toLowerCase(Locale.ROOT));
    node.put("median_ns", figure.medianNanos());
    node.put("gops", workload.gops(figure.medianNanos()));
    node.put("exact", figure.exactness() == Figure.Exactness.EXACT);
    node.put("wrong_outputs", figure.wrongOutputs());
    node.put("wrong_at_extremes", figure.wrongAtExtremes());
    node.put("outputs", figure.outputs());
    ArrayNode placements = node.putArray("placement_ns");
    figure.placementNanos().forEach(placements::add);
    return node;
  }

  private static void put(ObjectNode node, String name, OptionalDouble value) {
    if (value.isPresent()) {
      node.put(name, value.getAsDouble());
    } else {
      node.putNull(name);
    }
  }

  /** The tables for people: each workload with its contenders, then the goals. */
  public String table() {
    StringBuilder text = new StringBuilder();
    text.append(machine).append(", ").append(target.text()).append('\n');
    for (PeerLine peer : peers) {
      text.append("%s %s%n".formatted(peer.name(), peer.version()));
    }
    for (GoalResult result : goals) {
      text.append('\n').append(shapes(result));
    }
    text.append('\n').append(summary());
    return text.toString();
  }

  private static String shapes(GoalResult result) {
    TextTable table =
        new TextTable("<" + result.goal().what(), ">time", ">GOPS", "<exact", ">ours is");
    for (ShapeResult shape : result.shapes()) {
      Workload workload = shape.workload();
      table.row(Shorthand.of(workload), "", "", "", "");
      table.row(cells(workload, shape.ours(), shape.ours(), ""));
      for (Figure other : shape.others()) {
        boolean isBaseline = shape.baseline().filter(other::equals).isPresent();
        table.row(cells(workload, other, shape.ours(), isBaseline ? " ◀" : ""));
      }
    }
    return table.text();
  }

  private static String[] cells(Workload workload, Figure figure, Figure ours, String mark) {
    boolean own = figure.equals(ours);
    return new String[] {
      "  " + figure.library() + (own ? "" : " " + figure.path()) + figure.cap().note() + mark,
      TuneReport.duration(figure.medianNanos()),
      TuneReport.decimal(workload.gops(figure.medianNanos()), 1),
      switch (figure.exactness()) {
        case EXACT -> "yes";
        case RANDOM_ONLY -> "not at extremes";
        case WRONG ->
            "NO: %s %% wrong"
                .formatted(TuneReport.decimal(100.0 * figure.wrongOutputs() / figure.outputs(), 2));
      },
      own ? "" : TuneReport.decimal(figure.medianNanos() / ours.medianNanos(), 2) + "×"
    };
  }

  private String summary() {
    TextTable table =
        new TextTable(
            "<set",
            "<workloads",
            "<against (◀)",
            ">shapes",
            ">mean",
            ">least",
            ">goal",
            "<reached");
    for (GoalResult result : goals) {
      table.row(
          result.goal().set(),
          result.goal().what(),
          result.goal().baseline().text(),
          String.valueOf(
              result.shapes().stream().filter(shape -> shape.ratio().isPresent()).count()),
          ratio(result.mean()),
          ratio(result.least()),
          TuneReport.decimal(result.goal().ratio(), 2) + "×",
          result.mean().isEmpty() ? "no such path here" : result.isReached() ? "yes" : "no");
    }
    return table.text();
  }

  private static String ratio(OptionalDouble ratio) {
    return ratio.isPresent() ? TuneReport.decimal(ratio.getAsDouble(), 3) + "×" : "–";
  }
}
