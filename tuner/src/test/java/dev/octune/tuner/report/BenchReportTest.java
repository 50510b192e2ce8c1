package dev.octune.tuner.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.peer.Baseline;
import dev.octune.tuner.peer.Cap;
import dev.octune.tuner.peer.Figure;
import dev.octune.tuner.peer.Goal;
import dev.octune.tuner.peer.GoalResult;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** Where a change is meant, rewrite the file with {@code -Dgolden.update=true}. */
class BenchReportTest {
  private static final Path GOLDEN =
      Path.of(
          System.getProperty("octune.checkout", ".."),
          "tuner/src/test/resources/golden/report/bench.json");

  private static final Workload ONE =
      Workload.parse("dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32");
  private static final Workload TWO =
      Workload.parse("dense_int8 m=2 k=64 n=10 act=u8 wgt=s8 out=s32");
  private static final Goal GOAL =
      new Goal("exact", "any weights", Baseline.FASTEST_EXACT, 1.08, List.of(ONE, TWO));
  private static final BenchReport REPORT =
      new BenchReport(
          Target.parse("x86_64 cpu=znver3 isa=avx2 threads=1"),
          "A processor <of ours> & co",
          List.of(
              new BenchReport.PeerLine("onednn", "3.13.0"),
              new BenchReport.PeerLine("onnxruntime", "1.29.0")),
          List.of(
              new GoalResult(
                  GOAL,
                  List.of(
                      GoalResult.shape(
                          GOAL,
                          ONE,
                          List.of(
                              figure(Baseline.OURS, "dense_direct/1 leaf=x", Cap.KEPT, 100, 0, 0),
                              figure("onednn", "u8s8s32", Cap.KEPT, 80, 4, 10),
                              figure("onednn", "f32", Cap.KEPT, 200, 0, 3),
                              figure("onnxruntime", "u8s8s32", Cap.UNCAPPED, 90, 0, 0))),
                      GoalResult.shape(
                          GOAL,
                          TWO,
                          List.of(
                              figure(Baseline.OURS, "dense_direct/1 leaf=x", Cap.KEPT, 100, 0, 0),
                              figure("onnxruntime", "u8u8s32", Cap.WIDER, 50, 0, 0)))))));

  @Test
  void json_ofAReport_isAsPinned() throws Exception {
    String json = REPORT.json().toPrettyString() + "\n";
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(GOLDEN.getParent());
      Files.writeString(GOLDEN, json);
    }
    assertEquals(Files.readString(GOLDEN), json);
  }

  @Test
  void mean_ofTwiceAndHalf_isOneAndTheLeastIsHalf() {
    GoalResult result = REPORT.goals().getFirst();
    assertEquals(1.0, result.mean().orElseThrow(), 1e-12);
    assertEquals(0.5, result.least().orElseThrow(), 1e-12);
    assertTrue(!result.isReached());
  }

  @Test
  void table_ofAReport_saysWhatIsExactAndWhatIsCompared() {
    List<String> lines = REPORT.table().lines().map(String::stripTrailing).toList();
    assertTrue(lines.stream().anyMatch(l -> l.matches(" +onednn u8s8s32 .*NO: 40.00 % wrong.*")));
    assertTrue(lines.stream().anyMatch(l -> l.matches(" +onednn f32 ◀ .*not at extremes.*2.00×")));
    assertTrue(
        lines.stream().anyMatch(l -> l.matches(" +onnxruntime u8s8s32 \\(uncapped\\) .*0.90×")));
    assertTrue(
        lines.stream()
            .anyMatch(l -> l.matches("exact +any weights .* 2 +1.000× +0.500× +1.08× +no")),
        REPORT.table());
  }

  @Test
  void chart_ofAReport_isWellFormedWithABarForEachFigure() throws Exception {
    Document svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(new BenchChart(REPORT).svg())));
    assertEquals("svg", svg.getDocumentElement().getTagName());
    // Six figures and the background.
    assertEquals(7, svg.getElementsByTagName("rect").getLength());
    long hollow = 0;
    for (int i = 0; i < 7; i++) {
      var fill = svg.getElementsByTagName("rect").item(i).getAttributes().getNamedItem("fill");
      hollow += fill.getNodeValue().equals("none") ? 1 : 0;
    }
    assertEquals(1, hollow);
  }

  private static Figure figure(
      String library, String path, Cap cap, double nanos, long wrong, long wrongAtExtremes) {
    return new Figure(
        library, path, "kernel", cap, List.of(nanos, nanos, nanos), wrong, wrongAtExtremes, 10);
  }
}
