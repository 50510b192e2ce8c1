package dev.octune.tuner.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.db.TuningDb;
import dev.octune.db.job.JobTrial;
import dev.octune.db.job.StoredJob;
import dev.octune.db.record.TuningRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The coordinator and its real database under {@code kill -9}. */
class CoordinatorKillIT {
  private static final int KILLS = 4;

  @TempDir private Path folder;

  @Test
  void coordinator_killedAgainAndAgain_losesNothingVisibleAndRepeatsNothing() throws IOException {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    Path file = folder.resolve("jobs.mv.db");
    List<String> seen = new ArrayList<>();
    for (int kill = 0; kill < KILLS; kill++) {
      try (CoordinatorProcess process = CoordinatorProcess.start(file)) {
        seen.addAll(process.read(random.nextInt(1, 100)));
        seen.addAll(process.kill());
      }
    }
    try (CoordinatorProcess process = CoordinatorProcess.start(file)) {
      seen.addAll(process.read(Integer.MAX_VALUE));
    }

    Set<String> stored = new HashSet<>();
    try (TuningDb db = TuningDb.open(file, TuningDb.Access.READER)) {
      for (long number = 1; number <= CoordinatorProcess.JOBS; number++) {
        StoredJob job = db.jobs().job(number).orElseThrow();
        assertEquals("done", job.moves().getLast().state(), () -> "moves " + job.moves());
        Set<TuningRecord> trials = new HashSet<>();
        Set<Object> candidates = new HashSet<>();
        for (JobTrial trial : db.jobs().trials(number)) {
          if (trial.record().kind() == TuningRecord.Kind.TRIAL) {
            trials.add(trial.record());
            assertTrue(
                candidates.add(trial.record().candidate()),
                () -> "measured twice: " + trial.record());
            stored.add(
                "trial job-%d %s | %s"
                    .formatted(number, trial.record().workload(), trial.record().schedule()));
          }
        }
        assertEquals(CoordinatorProcess.TRIALS, trials.size());
        assertEquals(CoordinatorProcess.TRIALS, job.progress().trials());
        assertTrue(job.tasks().stream().allMatch(task -> task.result().isPresent()));
      }
    }
    Set<String> told = new HashSet<>();
    for (String line : seen) {
      if (line.startsWith("trial ") && line.lastIndexOf(" | ") > line.indexOf(" | ")) {
        String trial = line.substring(0, line.lastIndexOf(" | "));
        assertTrue(stored.contains(trial), () -> "shown and lost: " + trial);
        assertTrue(told.add(trial), () -> "shown twice: " + trial);
      }
    }
    assertTrue(told.size() > CoordinatorProcess.TRIALS, "shown " + told.size());
  }
}
