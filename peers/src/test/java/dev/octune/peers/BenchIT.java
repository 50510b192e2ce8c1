package dev.octune.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command itself, in a process of its own, with both libraries. */
class BenchIT {
  private static final String DENSE =
      "dense_int8 m=4 k=64 n=48 act=u8[0,127] wgt=s8[-64,64] out=s32";

  @TempDir Path folder;

  @Test
  void bench_aTinyLayer_timesOursAndBothPeersAndFindsAllExact() throws Exception {
    Path chart = folder.resolve("bench.svg");
    Ended ended =
        octune(
            "bench",
            DENSE,
            "--trials",
            "2",
            "--json",
            "--svg",
            chart.toString(),
            "--db",
            folder.resolve("db").toString());
    assertEquals(0, ended.exit(), ended.err());
    JsonNode shape = new ObjectMapper().readTree(ended.out()).at("/goals/0/shapes/0");
    assertEquals(DENSE, shape.get("workload").textValue());
    assertTrue(shape.at("/octune/exact").booleanValue(), ended.out());
    assertTrue(shape.at("/octune/median_ns").doubleValue() > 0, ended.out());
    List<String> others = new ArrayList<>();
    for (JsonNode other : shape.get("others")) {
      others.add(other.get("library").textValue());
      assertTrue(other.get("exact").booleanValue(), other.toString());
      assertEquals(192, other.get("outputs").intValue());
    }
    assertTrue(others.containsAll(List.of("onednn", "onnxruntime")), ended.out());
    assertTrue(Files.readString(chart).startsWith("<svg"));
  }

  @Test
  void bench_unknownPeer_saysWhichThereAre() throws Exception {
    Ended ended = octune("bench", DENSE, "--peer", "mkl");
    assertEquals(2, ended.exit());
    assertTrue(
        ended.err().contains("Peer 'mkl' is not there, only onednn, onnxruntime. Mend:"),
        ended.err());
    assertFalse(ended.err().contains("\tat "), ended.err());
  }

  private record Ended(int exit, String out, String err) {}

  private Ended octune(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx640m", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), "dev.octune.tuner.cli.Octune"));
    command.addAll(List.of(arguments));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    int exit = process.waitFor();
    return new Ended(
        exit,
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }
}
