package dev.octune.tuner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.octune.rpc.worker.Worker;
import dev.octune.tuner.client.OctuneClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real service that dies in the middle; workers that live through it count what they measure. */
final class MeasuredOnceIT {
  private static final int TRIALS = 400;
  private static final int KILLS = 3;

  /** Room for the database of a job this small and little more. */
  private static final String DISK_SIZE = "8m";

  @TempDir private Path folder;

  @Test
  void serviceKilledAgainAndAgain_nothingMeasuredIsMeasuredTwiceOrLost() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("kills at moments of seed " + seed);
    Random random = new Random(seed);
    try (MadeUpRack rack = new MadeUpRack(new Program(folder), folder.resolve("service"))) {
      Program.Running serve = rack.serve();
      try (Worker _ = rack.worker("a");
          Worker _ = rack.worker("b");
          OctuneClient client = rack.client()) {
        MadeUpRack.waitUntil(() -> client.devices().size() == 2);
        JsonNode _ = MadeUpRack.submit(client, TRIALS);
        for (int kill = 1; kill <= KILLS; kill++) {
          int trials = TRIALS * kill / (KILLS + 1);
          MadeUpRack.waitUntil(() -> MadeUpRack.job(client).path("trials").asInt() >= trials);
          Thread.sleep(random.nextInt(100));
          serve.process().destroyForcibly().waitFor();
          serve = rack.serve();
        }
        waitForTheEnd(client);
      }
      serve.process().destroyForcibly().waitFor();
      rack.assertMeasuredOnce(TRIALS);
    }
  }

  /**
   * The file system is full: the service says so and ends; a new one goes on once there is room.
   */
  @Test
  void diskFull_serviceEndsWithTheReason_andGoesOnOnceThereIsRoom() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    assumeTrue(
        command("mount", "-t", "tmpfs", "-o", "size=" + DISK_SIZE, "tmpfs", disk.toString()) == 0,
        "a small file system can't be mounted here");
    try (MadeUpRack rack = new MadeUpRack(new Program(folder), disk.resolve("service"))) {
      Program.Running serve = rack.serve();
      try (Worker _ = rack.worker("a");
          OctuneClient client = rack.client()) {
        MadeUpRack.waitUntil(() -> client.devices().size() == 1);
        JsonNode _ = MadeUpRack.submit(client, TRIALS);
        MadeUpRack.waitUntil(() -> MadeUpRack.job(client).path("trials").asInt() >= TRIALS / 4);
        Path filler = fill(disk);
        if (!serve.process().waitFor(2, TimeUnit.MINUTES)) {
          throw new AssertionError("it goes on without room: " + Files.readString(serve.err()));
        }
        // Vert.x may log a fault of its own where a stream is closed while it still sends.
        serve.end().expectLastWord(1, "no room is left on the device", "Mend:");
        Files.delete(filler);
        serve = rack.serve();
        waitForTheEnd(client);
      }
      serve.process().destroyForcibly().waitFor();
      rack.assertMeasuredOnce(TRIALS);
    } finally {
      command("umount", "--lazy", disk.toString());
    }
  }

  private static void waitForTheEnd(OctuneClient client) throws Exception {
    MadeUpRack.waitUntil(() -> MadeUpRack.job(client).path("state").asText().equals("done"));
    assertEquals(TRIALS, MadeUpRack.job(client).path("trials").asInt());
  }

  /** Takes all the room there is, to the last byte. */
  private static Path fill(Path disk) throws Exception {
    Path filler = disk.resolve("filler");
    int exit = command("sh", "-c", "cat /dev/zero > '" + filler + "' 2>/dev/null; true");
    assertEquals(0, exit);
    return filler;
  }

  private static int command(String... words) throws Exception {
    return new ProcessBuilder(words)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
