package dev.octune.tuner.coordinator;

import dev.octune.db.TuningDb;
import dev.octune.kernels.measure.Measurement;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** A coordinator with devices in a process of its own, so that it can really be killed. */
final class CoordinatorProcess implements AutoCloseable {
  static final int SPACE = 400;
  static final int TRIALS = 150;
  static final int JOBS = 3;

  private final Process process;
  private final BufferedReader lines;

  private CoordinatorProcess(Process process) {
    this.process = process;
    this.lines = process.inputReader(StandardCharsets.UTF_8);
  }

  static CoordinatorProcess start(Path file) throws IOException {
    return new CoordinatorProcess(
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                CoordinatorProcess.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  /** Reads so many lines, or all of them. */
  List<String> read(int count) throws IOException {
    List<String> read = new ArrayList<>();
    for (String line = null; read.size() < count; ) {
      line = lines.readLine();
      if (line == null) {
        return read;
      }
      read.add(line);
    }
    return read;
  }

  /** SIGKILL; then what it had printed before. */
  List<String> kill() throws IOException {
    process.toHandle().destroyForcibly();
    List<String> rest = read(Integer.MAX_VALUE);
    process.onExit().join();
    return rest;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Goes on with the jobs of the database until they have ended; prints what is visible. */
  public static void main(String[] args) throws InterruptedException {
    ScheduledExecutorService executor = Executors.newScheduledThreadPool(1);
    try (TuningDb db = TuningDb.open(Path.of(args[0]), TuningDb.Access.WRITER);
        Coordinator coordinator =
            Coordinator.open(
                CoordinatorSettings.DEFAULT, new ToyLibrary(SPACE), db, InstantSource.system())) {
      CountDownLatch open = new CountDownLatch(JOBS);
      coordinator.jobs().stream().filter(job -> job.state().isEnd()).forEach(_ -> open.countDown());
      coordinator.addListener(new Printer(open));
      for (long j = coordinator.jobs().size(); j < JOBS; j++) {
        int workload = (int) j + 1;
        coordinator.submit(ToyKernels.spec("ann", 1, j, TRIALS, workload, workload + JOBS)).join();
      }
      for (int d = 0; d < 2; d++) {
        FakeDevice.attach(
            coordinator, ToyKernels.declaration("toy-" + d, 3), Duration.ofMillis(2), executor);
      }
      open.await();
    }
    executor.shutdownNow();
  }

  private record Printer(CountDownLatch open) implements CoordinatorListener {
    @Override
    public void news(JobNews news) {
      switch (news) {
        case JobNews.TrialEnded trial -> {
          int calls =
              trial.measurement() instanceof Measurement.Timed timed
                  ? timed.placements().getFirst().samples().getFirst().calls()
                  : 0;
          System.out.println(
              "trial "
                  + trial.job()
                  + " "
                  + trial.candidate().workload()
                  + " | "
                  + trial.candidate().schedule()
                  + " | "
                  + calls);
        }
        case JobNews.Moved(JobId job, JobMove move) -> {
          System.out.println("moved " + job + " " + move.to().text());
          if (move.to().isEnd()) {
            open.countDown();
          }
        }
        case JobNews.TaskConfirmed(JobId job, int task, var _) ->
            System.out.println("confirmed " + job + " " + task);
      }
    }

    @Override
    public void deviceChanged(DeviceView device) {}
  }
}
