package dev.octune.tuner.coordinator;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.octune.db.TuningDb;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A day of service in minutes: the machine in virtual time, the real database, devices and people
 * that come and go, faults included. Memory and file handles must be flat. No part of the tests:
 * {@code mvn test -pl tuner -am -Dtest=SoakBenchmark}, as README tells.
 */
class SoakBenchmark {
  private static final Duration TRIAL = Duration.ofMillis(1500);
  private static final int DEVICES = 5;

  /** The real database commits 20 times a second, a virtual second is far shorter. */
  private static final Duration STORE_DELAY = Duration.ofSeconds(20);

  private static final int SPACE = 2_000;
  private static final int TRIALS_OF_A_JOB = 50;
  private static final int WORKLOADS = 200;

  private static final int HOURS = Integer.getInteger("soak.hours", 24);

  /** Times as many jobs come in the second hour: how a queue of them is worked off. */
  private static final int RUSH = Integer.getInteger("soak.rush", 1);

  @TempDir private Path folder;

  @Test
  void day_ofService_inMinutes() throws JMException {
    long began = System.nanoTime();
    try (TuningDb db = TuningDb.open(folder.resolve("a"), TuningDb.Access.WRITER)) {
      SimulatedWorld world =
          new SimulatedWorld(
              1,
              faults(),
              CoordinatorSettings.DEFAULT,
              SPACE,
              TRIAL,
              db,
              STORE_DELAY,
              Rules.none(db));
      for (int d = 0; d < DEVICES; d++) {
        world.addDevice(ToyKernels.declaration("toy-" + d, 2), 0.8 + 0.1 * d);
      }
      System.out.println("hour jobs open records live_mb files seconds");
      int jobs = 0;
      for (int hour = 0; hour < HOURS; hour++) {
        for (int minute = 0; minute < 60; minute++) {
          // Some two thirds of the trials that these devices, with their faults, manage; after 17
          // hours as many jobs have ended as are kept in memory.
          int more = hour == 1 ? RUSH : 1;
          for (int i = 0; i < more; i++) {
            world.submit(
                ToyKernels.spec(
                    "owner-" + jobs % 7,
                    1,
                    jobs,
                    TRIALS_OF_A_JOB,
                    1 + jobs % WORKLOADS,
                    1 + (jobs + 71) % WORKLOADS));
            jobs++;
          }
          world.run(Duration.ofHours(hour).plusMinutes(minute + 1));
          world.lookAfter();
        }
        world.forgetEnded();
        System.out.printf(
            "%d %d %d %d %.1f %d %.0f%n",
            hour + 1,
            jobs,
            db.jobs().load(List.of("done", "failed", "cancelled"), 0).jobs().size(),
            db.counts().records(),
            liveBytes() / 1e6,
            openFiles(),
            (System.nanoTime() - began) / 1e9);
      }
    }
  }

  private static FaultPlan faults() {
    return new FaultPlan(
        true,
        0.001,
        0.01,
        Duration.ofMillis(50),
        Duration.ofHours(2),
        Duration.ofMinutes(10),
        Duration.ofDays(1000),
        Duration.ofHours(3));
  }

  /**
   * Bytes of all objects that are reachable, after a collection. The heap in use is more: regions
   * that are not full, by some megabytes that come and go.
   */
  private static long liveBytes() throws JMException {
    String histogram =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
    // Total <objects> <bytes>
    String total =
        histogram.lines().filter(line -> line.startsWith("Total")).findFirst().orElseThrow();
    return Long.parseLong(total.trim().split(" +", -1)[2]);
  }

  private static long openFiles() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getOpenFileDescriptorCount()
        : 0;
  }
}
