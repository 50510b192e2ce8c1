package dev.octune.tuner.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Knocking fills no disk, and leaves its traces. */
final class DoorLogTest {
  private final AtomicLong now = new AtomicLong();
  @TempDir private Path folder;

  private List<String> lines(java.util.function.Consumer<DoorLog> knocking) throws IOException {
    try (AuditLog audit = AuditLog.open(folder, InstantSource.system());
        DoorLog door = new DoorLog(audit, now::get)) {
      knocking.accept(door);
    }
    return Files.readAllLines(folder.resolve("audit.jsonl"));
  }

  private static void stranger(DoorLog door, String host) {
    door.knocked(host, host, "", "login.refused", "GET /api/v1/jobs", "the token is not known");
  }

  @Test
  void knocks_ofOneSource_areBounded_theRestIsCounted() throws IOException {
    List<String> lines =
        lines(
            door -> {
              for (int i = 0; i < 1000; i++) {
                stranger(door, "10.0.0.9");
              }
              now.addAndGet(Duration.ofHours(1).toNanos());
              stranger(door, "10.0.0.9");
            });
    assertEquals(DoorLog.SOURCE_BURST + 1, lines.size());
    assertTrue(
        lines.getFirst().contains("\"who\":\"10.0.0.9\",\"what\":\"login.refused\""),
        lines.getFirst());
    int leftOut = 1000 - DoorLog.SOURCE_BURST;
    assertTrue(
        lines.getLast().contains("; " + leftOut + " before were not written"), lines.getLast());
  }

  @Test
  void knocks_fromEverywhereForADay_fillFewMegabytes() throws IOException {
    List<String> lines =
        lines(
            door -> {
              for (int second = 0; second < 24 * 3600; second++) {
                for (int i = 0; i < 5; i++) {
                  String host = "2001:db8::" + Integer.toHexString(5 * second + i);
                  door.knocked(
                      host,
                      host,
                      "",
                      "login.refused",
                      "GET /" + "x".repeat(8000),
                      "\u0001".repeat(999));
                }
                now.addAndGet(Duration.ofSeconds(1).toNanos());
              }
            });
    long bytes = Files.size(folder.resolve("audit.jsonl"));
    assertTrue(bytes < 20 << 20, bytes + " bytes");
    // Not starved either: somebody who looks sees that it went on until the end.
    assertTrue(lines.size() > DoorLog.ALL_BURST, lines.size() + " lines");
  }

  @Test
  void holdersOfTokens_areWrittenDown_howeverManyStrangersKnock() throws IOException {
    List<String> lines =
        lines(
            door -> {
              for (int i = 0; i < 10_000; i++) {
                stranger(door, "host-" + i);
              }
              door.knocked("0a1b", "sue", "0a1b", "login.refused", "GET /metrics", "no role");
            });
    assertTrue(lines.getLast().contains("\"who\":\"sue\",\"token\":\"0a1b\""), lines.getLast());
  }
}
