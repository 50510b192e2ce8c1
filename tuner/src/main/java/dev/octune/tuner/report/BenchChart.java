package dev.octune.tuner.report;

import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.peer.Figure;
import dev.octune.tuner.peer.GoalResult;
import dev.octune.tuner.peer.ShapeResult;
import java.util.ArrayList;
import java.util.List;

/**
 * The end of a {@code bench} as bars: GOPS of every contender, those that answered wrong hollow.
 * The picture has no scripts and needs no font of its own.
 */
public record BenchChart(BenchReport report) {
  private static final int LABEL_WIDTH = 330;
  private static final int BAR_WIDTH = 520;
  private static final int VALUE_WIDTH = 210;
  private static final int BAR_HEIGHT = 13;
  private static final int LINE_HEIGHT = 16;
  private static final int GAP = 10;
  private static final int MARGIN = 16;
  private static final String OURS = "#1b7f5c";
  private static final List<String> OTHERS = List.of("#3b6fb6", "#c2703d", "#7d5ba6", "#777777");

  /** The file's text. */
  public String svg() {
    double most =
        report.goals().stream()
            .flatMap(goal -> goal.shapes().stream())
            .flatMap(
                shape -> figures(shape).stream().map(f -> shape.workload().gops(f.medianNanos())))
            .mapToDouble(Double::doubleValue)
            .max()
            .orElse(1);
    StringBuilder body = new StringBuilder();
    int y = MARGIN + LINE_HEIGHT;
    y = text(body, MARGIN, y, "bold", report.machine() + ", " + report.target().text());
    y =
        text(
            body,
            MARGIN,
            y,
            "normal",
            "GOPS, longer is faster; hollow bars: outputs differ from the exact ones");
    for (GoalResult goal : report.goals()) {
      y = text(body, MARGIN, y + GAP, "bold", goal.goal().set() + ": " + goal.goal().what());
      for (ShapeResult shape : goal.shapes()) {
        y = text(body, MARGIN, y + GAP, "normal", Shorthand.of(shape.workload()));
        for (Figure figure : figures(shape)) {
          bar(body, y, shape.workload(), figure, most);
          y += LINE_HEIGHT;
        }
      }
    }
    int width = LABEL_WIDTH + BAR_WIDTH + VALUE_WIDTH;
    return """
    <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" \
    font-family="sans-serif" font-size="12">
    <rect width="100%%" height="100%%" fill="white"/>
    %s</svg>
    """
        .formatted(width, y + MARGIN, width, y + MARGIN, body);
  }

  private static List<Figure> figures(ShapeResult shape) {
    List<Figure> figures = new ArrayList<>(List.of(shape.ours()));
    figures.addAll(shape.others());
    return figures;
  }

  private static int text(StringBuilder body, int x, int y, String weight, String text) {
    body.append(
        "<text x=\"%d\" y=\"%d\" font-weight=\"%s\">%s</text>\n"
            .formatted(x, y, weight, escaped(text)));
    return y + LINE_HEIGHT;
  }

  private void bar(StringBuilder body, int y, Workload workload, Figure figure, double most) {
    double gops = workload.gops(figure.medianNanos());
    String colour = colour(figure);
    String name =
        figure.library().equals(dev.octune.tuner.peer.Baseline.OURS)
            ? figure.library()
            : figure.library() + " " + figure.path();
    body.append(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n"
            .formatted(LABEL_WIDTH - GAP, y, escaped(name)));
    body.append(
        "<rect x=\"%d\" y=\"%d\" width=\"%s\" height=\"%d\" stroke=\"%s\" fill=\"%s\"/>\n"
            .formatted(
                LABEL_WIDTH,
                y - BAR_HEIGHT + 2,
                TuneReport.decimal(BAR_WIDTH * gops / most, 1),
                BAR_HEIGHT,
                colour,
                isWrong(figure) ? "none" : colour));
    body.append(
        "<text x=\"%s\" y=\"%d\">%s%s%s</text>\n"
            .formatted(
                TuneReport.decimal(LABEL_WIDTH + BAR_WIDTH * gops / most + GAP, 1),
                y,
                TuneReport.decimal(gops, 1),
                isWrong(figure) ? " inexact" : "",
                figure.cap().note()));
  }

  private static boolean isWrong(Figure figure) {
    return figure.exactness() == Figure.Exactness.WRONG;
  }

  private String colour(Figure figure) {
    List<String> names = report.peers().stream().map(BenchReport.PeerLine::name).toList();
    int peer = names.indexOf(figure.library());
    return peer < 0 ? OURS : OTHERS.get(peer % OTHERS.size());
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
