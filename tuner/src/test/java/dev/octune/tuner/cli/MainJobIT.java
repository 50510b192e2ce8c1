package dev.octune.tuner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job through the program's own command line: tune, then everything that reads it. */
final class MainJobIT {
  private static final String CONV =
      "conv2d_NCHWc_int8 n=1 ic=16 ih=8 iw=8 oc=16 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1"
          + " act=u8 wgt=s8 out=s32";
  private static final String DENSE = "dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32";

  @TempDir private Path folder;
  private Program octune = new Program(Path.of(""));

  @BeforeEach
  void start() {
    octune = new Program(folder);
  }

  @Test
  void tune_list_printsTheObjectOfTheContract() throws Exception {
    Path list =
        Files.writeString(folder.resolve("tiny.txt"), "2 %s\n1 %s\n".formatted(CONV, DENSE));
    JsonNode report =
        octune.run("tune", list.toString(), "--trials", "12", "--json").expectExit(0).json();
    assertEquals(12, report.get("trials").asInt());
    assertEquals(0, report.get("wrong_answers").asInt());
    double elapsed = report.get("elapsed_seconds").asDouble();
    double first = report.get("first_result_seconds").asDouble();
    assertTrue(0 < first && first <= elapsed, report::toString);
    assertEquals(12 / elapsed, report.get("trials_per_second").asDouble(), 1e-6);
    assertTrue(report.get("target").asText().matches("\\S+ cpu=\\S+ isa=\\S+ threads=1"));
    List<JsonNode> tasks = list(report.get("tasks"));
    assertEquals(List.of(CONV, DENSE), tasks.stream().map(t -> text(t, "workload")).toList());
    assertEquals(List.of(2, 1), tasks.stream().map(t -> t.get("uses").asInt()).toList());
    assertEquals(12, tasks.stream().mapToInt(t -> t.get("trials").asInt()).sum());
    for (JsonNode task : tasks) {
      double byDefault = task.get("default").get("median_ns").asDouble();
      double best = task.get("best").get("median_ns").asDouble();
      assertTrue(0 < best && best <= byDefault, task::toString);
      assertEquals(byDefault / best, task.get("speedup").asDouble(), 1e-6);
      assertFalse(task.get("best").get("samples").isEmpty());
      assertTrue(task.get("space_size").asInt() > 1);
      assertTrue(Set.of("measured", "database", "default").contains(text(task, "source")));
    }

    // Looked up as it was tuned, under a narrower range, and for a shape nobody tuned.
    JsonNode exact = octune.run("lookup", CONV, "--json").expectExit(0).json();
    assertEquals("exact", text(exact, "match"));
    assertEquals(
        text(tasks.getFirst().get("best"), "schedule"), text(exact.get("record"), "schedule"));
    JsonNode narrower =
        octune.run("lookup", CONV.replace("wgt=s8", "wgt=s8[-127,127]"), "--json").json();
    assertEquals("compatible", text(narrower, "match"));
    assertEquals(CONV, text(narrower.get("record"), "workload"));
    JsonNode nearest = octune.run("lookup", CONV.replace("oc=16", "oc=32"), "--json").json();
    assertTrue(Set.of("nearest", "none").contains(text(nearest, "match")), nearest::toString);
    JsonNode none =
        octune
            .run("lookup", "batch_matmul_int8 b=2 m=8 k=8 n=8 act=u8 wgt=s8 out=s32", "--json")
            .json();
    assertEquals("none", text(none, "match"));
    assertTrue(none.get("record").isNull());

    // The second run proposes only what the first did not measure.
    JsonNode more = octune.run("tune", CONV, "--trials", "4", "--json").expectExit(0).json();
    assertEquals(4, more.get("trials").asInt());
    List<JsonNode> records =
        list(octune.run("records", "--json").expectExit(0).json().get("records"));
    List<String> trials =
        records.stream()
            .filter(r -> text(r, "kind").equals("trial"))
            .map(r -> text(r, "workload") + " | " + text(r, "schedule"))
            .toList();
    assertEquals(16, trials.size());
    assertEquals(16, new HashSet<>(trials).size(), "a schedule was measured twice");
    for (JsonNode record : records) {
      assertEquals("timed", text(record, "status"), record::toString);
      assertFalse(record.get("samples_ns").isEmpty());
    }
  }

  @Test
  void tune_table_namesTimesRoofAndSums() throws Exception {
    Program.Ended ended = octune.run("tune", DENSE, "--trials", "2").expectExit(0);
    for (String word : List.of("default", "best", "GOPS", "roof", "speed-up", "whole network")) {
      assertTrue(ended.out().contains(word), () -> word + " is not in\n" + ended.out());
    }
  }

  @Test
  void tune_noTrials_confirmsTheDefault() throws Exception {
    JsonNode report = octune.run("tune", DENSE, "--trials", "0", "--json").expectExit(0).json();
    assertEquals(0, report.get("trials").asInt());
    JsonNode task = report.get("tasks").get(0);
    assertEquals("default", text(task, "source"));
    assertEquals(1.0, task.get("speedup").asDouble());
  }

  @Test
  void exportThenImport_answersLookupsAlike() throws Exception {
    octune.run("tune", DENSE, "--trials", "3", "--json").expectExit(0);
    Path log = folder.resolve("log.jsonl");
    octune.run("export", "--format", "octune", "-o", log.toString()).expectExit(0);
    Path other = folder.resolve("other");
    octune
        .run("import", "--format", "octune", log.toString(), "--db", other.toString())
        .expectExit(0);
    JsonNode here = octune.run("lookup", DENSE, "--json").json();
    JsonNode there = octune.run("lookup", DENSE, "--json", "--db", other.toString()).json();
    assertEquals("exact", text(here, "match"));
    assertEquals(here, there);

    // A torn line is skipped and named; the rest is read.
    List<String> lines = Files.readAllLines(log);
    int torn = lines.size() - 1;
    lines.set(torn, lines.get(torn).substring(0, lines.get(torn).length() / 2));
    Files.write(log, lines);
    Path third = folder.resolve("third");
    Program.Ended ended =
        octune.run("import", "--format", "octune", log.toString(), "--db", third.toString());
    assertEquals(0, ended.exit(), ended.err());
    assertTrue(ended.err().contains("log.jsonl:" + (torn + 1)), ended.err());
  }

  @Test
  void kernel_dense_writesItsFiles() throws Exception {
    Path out = folder.resolve("kernel files");
    octune.run("kernel", DENSE, "-o", out.toString()).expectExit(0);
    try (Stream<Path> files = Files.list(out)) {
      assertEquals(
          List.of("kernel.h", "kernel.json", "kernel.ll", "kernel.o", "kernel.s"),
          files.map(f -> f.getFileName().toString()).sorted().toList());
    }
    String header = Files.readString(out.resolve("kernel.h"));
    assertTrue(header.contains("_run(const void *act, const void *wgt, void *out,"), header);
    byte[] object = Files.readAllBytes(out.resolve("kernel.o"));
    assertEquals(0x7f, object[0]);
    assertTrue(Files.readString(out.resolve("kernel.json")).contains(DENSE));
  }

  private static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  private static String text(JsonNode node, String field) {
    return node.get(field).asText();
  }
}
