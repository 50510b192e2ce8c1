package dev.octune.workers.inprocess;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.octune.kernels.target.Host;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TeamTest {
  private static final String ALLOWED = "Cpus_allowed_list:";

  /** A team leaves the calling thread on its own CPUs. */
  @AfterEach
  void freeThisThread() {
    ThreadPlace.confine(Host.detect().allowedCpus());
  }

  @Test
  void nanosOf_manySeries_runsEachPartOfEachRunOnce() {
    int cpu = Host.detect().allowedCpus().getFirst();
    AtomicIntegerArray runs = new AtomicIntegerArray(3);
    try (Team team = new Team(List.of(cpu, cpu, cpu))) {
      for (int series = 0; series < 5; series++) {
        long _ =
            team.nanosOf(
                (part, parts) -> {
                  assertEquals(3, parts);
                  int _ = runs.incrementAndGet(part);
                },
                7);
      }
    }
    for (int part = 0; part < 3; part++) {
      assertEquals(35, runs.get(part));
    }
  }

  /** Threads left to the scheduler were met on one CPU: twice the time, for a whole benchmark. */
  @Test
  void nanosOf_severalThreads_keepsEachOnItsOwnCpu() {
    List<Integer> allowed = Host.detect().allowedCpus();
    List<Integer> cpus = new ArrayList<>();
    for (int part = 0; part < 2; part++) {
      cpus.add(allowed.get(part % allowed.size()));
    }
    AtomicReferenceArray<String> places = new AtomicReferenceArray<>(2);
    try (Team team = new Team(cpus)) {
      long _ = team.nanosOf((part, _) -> places.set(part, allowedOfThisThread()), 1);
    }
    assertEquals(cpus.get(0).toString(), places.get(0));
    assertEquals(cpus.get(1).toString(), places.get(1));
  }

  @Test
  void nanosOf_afterwards_leavesTheCallerOnAllOfItsCpus() {
    List<Integer> allowed = Host.detect().allowedCpus();
    String before = allowedOfThisThread();
    try (Team team = new Team(allowed)) {
      long _ = team.nanosOf((_, _) -> {}, 3);
      assertEquals(before, allowedOfThisThread());
    }
  }

  private static String allowedOfThisThread() {
    try {
      return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
          .filter(line -> line.startsWith(ALLOWED))
          .map(line -> line.substring(ALLOWED.length()).strip())
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
