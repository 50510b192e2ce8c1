package dev.octune.tuner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code octune space} as its users read it. */
class SpaceCommandIT {
  private static final String DENSE = "dense_int8 m=128 k=768 n=768 act=u8 wgt=s8 out=s32";

  @TempDir Path folder;

  @Test
  void space_json_whatIsPrunedAndWhatIsLeftAreAllPoints() throws Exception {
    JsonNode space =
        new Program(folder).run("space", DENSE, "--target", "avx2", "--json").expectExit(0).json();

    int pruned = 0;
    int pruning = 0;
    for (JsonNode by : space.get("pruned")) {
      assertTrue(!by.get("constraint").asText().isEmpty(), space::toString);
      pruned += by.get("points").asInt();
      pruning += by.get("points").asInt() > 0 ? 1 : 0;
    }
    assertEquals(space.get("raw_size").asInt(), pruned + space.get("size").asInt());
    assertTrue(pruning > 2, space::toString);
  }

  @Test
  void space_text_namesEachConstraintWithItsCount() throws Exception {
    Program program = new Program(folder);
    JsonNode json = program.run("space", DENSE, "--target", "avx2", "--json").expectExit(0).json();
    String text = program.run("space", DENSE, "--target", "avx2").expectExit(0).out();

    for (JsonNode by : json.get("pruned")) {
      String line = "%8d  %s".formatted(by.get("points").asInt(), by.get("constraint").asText());
      assertTrue(text.lines().anyMatch(l -> l.strip().equals(line.strip())), text);
    }
  }
}
