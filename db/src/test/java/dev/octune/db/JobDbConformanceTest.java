package dev.octune.db;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.octune.db.job.DeviceKeyRow;
import dev.octune.db.job.DeviceRow;
import dev.octune.db.job.JobChange;
import dev.octune.db.job.JobDb;
import dev.octune.db.job.JobMoveRow;
import dev.octune.db.job.JobProgress;
import dev.octune.db.job.JobRow;
import dev.octune.db.job.JobTrial;
import dev.octune.db.job.ServiceState;
import dev.octune.db.job.StoredJob;
import dev.octune.db.job.TaskOutcome;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.Session;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.target.DeviceKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database keeps of the service. */
abstract class JobDbConformanceTest {
  private static final DeviceKey KEY = new DeviceKey("a76");
  private static final DeviceId DEVICE = new DeviceId("rack2-a76-3");
  private static final List<String> ENDED = List.of("done", "failed", "cancelled");
  private TuningDb db;
  private JobDb jobs;

  abstract TuningDb open();

  @BeforeEach
  void openDatabase() {
    db = open();
    jobs = db.jobs();
  }

  @AfterEach
  void closeDatabase() {
    db.close();
  }

  @Test
  void load_ofNothing_isNew() {
    assertEquals(ServiceState.NEW, jobs.load(ENDED, 10));
  }

  @Test
  void job_submittedAndMoved_isReadBackEqual() {
    JobRow row = row(3);
    JobMoveRow queued = new JobMoveRow("queued", "ann", "submitted", Samples.NOON);
    store(new JobChange.Submitted(row, queued));
    List<TaskOutcome> untouched =
        List.of(
            new TaskOutcome(0, 0, 0, OptionalDouble.empty(), Optional.empty()),
            new TaskOutcome(1, 0, 0, OptionalDouble.empty(), Optional.empty()));
    assertEquals(
        Optional.of(new StoredJob(row, List.of(queued), JobProgress.NONE, untouched)), jobs.job(3));

    JobMoveRow running =
        new JobMoveRow("running", "service", "its turn", Samples.NOON.plusMillis(5));
    JobProgress progress = new JobProgress(9, 1, 2, 3, 40, 1234, OptionalLong.of(77), 1.5);
    TaskOutcome outcome =
        new TaskOutcome(
            1,
            500,
            9,
            OptionalDouble.of(501.5),
            Optional.of(
                new TaskOutcome.Result(
                    Samples.figure(1, 1000), Samples.figure(4, 500), "measured")));
    store(new JobChange.Moved(3, 1, running, progress, List.of(outcome)));
    // A repeated write, as after a commit whose acknowledgement was lost, changes nothing.
    store(new JobChange.Moved(3, 1, running, progress, List.of(outcome)));
    assertEquals(
        Optional.of(
            new StoredJob(
                row, List.of(queued, running), progress, List.of(untouched.getFirst(), outcome))),
        jobs.job(3));
    // Standing is told anew without the result: it stays.
    store(
        new JobChange.Moved(
            3,
            1,
            running,
            progress,
            List.of(new TaskOutcome(1, 500, 10, OptionalDouble.of(480), Optional.empty()))));
    assertEquals(outcome.result(), jobs.job(3).orElseThrow().tasks().get(1).result());
    store(new JobChange.Progressed(3, JobProgress.NONE));
    assertEquals(JobProgress.NONE, jobs.job(3).orElseThrow().progress());
    assertEquals(Optional.empty(), jobs.job(4));
  }

  @Test
  void load_manyEnded_keepsTheOpenOnesAndTheNewest() {
    for (int number = 1; number <= 6; number++) {
      store(
          new JobChange.Submitted(row(number), new JobMoveRow("queued", "ann", "", Samples.NOON)));
      if (number != 2) {
        store(
            new JobChange.Moved(
                number,
                1,
                new JobMoveRow(number == 5 ? "failed" : "done", "service", "", Samples.NOON),
                JobProgress.NONE,
                List.of()));
      }
    }
    ServiceState state = jobs.load(ENDED, 2);
    assertEquals(
        List.of(2L, 5L, 6L), state.jobs().stream().map(job -> job.row().number()).toList());
    assertEquals(6, state.lastJob());
  }

  @Test
  void trials_ofAJob_comeWithDeviceAndFactorInTheOrderStored() throws InterruptedException {
    store(new JobChange.Submitted(row(1), new JobMoveRow("queued", "ann", "", Samples.NOON)));
    Session other = new Session("session-2", "another", "0.1.0", "LLVM 20.1.7");
    DeviceId second = new DeviceId("b");
    TuningRecord a = Samples.record(0, Samples.timed(10));
    TuningRecord b = Samples.record(other, 0, Samples.DENSE, Samples.AVX2, Samples.timed(20));
    TuningRecord c = Samples.record(1, Samples.timed(30));
    db.append(
            Samples.record(
                new Session("not-a-job", "x", "1", "1"),
                0,
                Samples.CONV,
                Samples.AVX2,
                Samples.timed(1)))
        .join();
    store(new JobChange.Measured(1, a, DEVICE, 1));
    store(new JobChange.Measured(1, b, second, 0.75));
    store(new JobChange.Measured(1, c, DEVICE, 1));
    assertEquals(
        List.of(
            new JobTrial(a, DEVICE, 1), new JobTrial(b, second, 0.75), new JobTrial(c, DEVICE, 1)),
        jobs.trials(1));
    assertEquals(Map.of("session-2", 0.75), jobs.factors());
    assertEquals(List.of(), jobs.trials(2));
    ExecutionException again =
        assertThrows(
            ExecutionException.class,
            () -> jobs.store(new JobChange.Measured(1, c, DEVICE, 1)).get());
    assertEquals(
        DbException.Reason.DUPLICATE,
        assertInstanceOf(DbException.class, again.getCause()).reason());
    assertEquals(3, jobs.trials(1).size());
  }

  @Test
  void confirmed_isOneFact() {
    store(new JobChange.Submitted(row(1), new JobMoveRow("queued", "ann", "", Samples.NOON)));
    ConfirmedBest best = Samples.best(Samples.CONV, Samples.AVX2, 500);
    TaskOutcome outcome =
        new TaskOutcome(
            0,
            500,
            9,
            OptionalDouble.of(501.5),
            Optional.of(new TaskOutcome.Result(best.defaultFigure(), best.best(), "measured")));
    TuningRecord record = Samples.record(0, Samples.timed(10));
    store(new JobChange.Confirmed(1, List.of(record), best, DEVICE, 1.25, outcome));
    assertEquals(Optional.of(best), db.best(Samples.CONV, Samples.AVX2));
    assertEquals(outcome, jobs.job(1).orElseThrow().tasks().getFirst());
    assertEquals(List.of(new JobTrial(record, DEVICE, 1.25)), jobs.trials(1));
  }

  @Test
  void devicesKeysAndTokens_lastWordCounts() {
    DeviceKeyRow key = new DeviceKeyRow(KEY, Samples.AVX2, OptionalDouble.empty());
    store(new JobChange.KeyChanged(key));
    key = new DeviceKeyRow(KEY, Samples.AVX2, OptionalDouble.of(1234.5));
    store(new JobChange.KeyChanged(key));
    DeviceRow device =
        new DeviceRow(
            DEVICE,
            KEY,
            "a board",
            OptionalDouble.empty(),
            Optional.empty(),
            true,
            Map.of("roof.avx2_s16.gops", 160.0, "memory.gbps", 20.0));
    store(new JobChange.DeviceChanged(device));
    device =
        new DeviceRow(
            DEVICE,
            KEY,
            "a board",
            OptionalDouble.of(7),
            Optional.of(new DeviceRow.Quarantine("drift", "30 % slower", Samples.NOON)),
            false,
            Map.of("roof.avx2_s16.gops", 168.0));
    store(new JobChange.DeviceChanged(device));
    store(new JobChange.TokensReserved(1000));
    store(new JobChange.TokensReserved(2000));
    assertEquals(
        new ServiceState(List.of(), 0, List.of(key), List.of(device), 2000), jobs.load(ENDED, 10));
  }

  private void store(JobChange change) {
    jobs.store(change).join();
  }

  private static JobRow row(long number) {
    return new JobRow(
        number,
        "resnet8.tflite",
        "ann",
        KEY,
        Samples.AVX2,
        "xgb",
        7,
        -3,
        2.5,
        OptionalInt.of(40),
        OptionalInt.empty(),
        Optional.of(Duration.ofMinutes(1)),
        List.of(
            new JobRow.Task(Samples.CONV, 3, List.of("a", "b\n,c", "")),
            new JobRow.Task(Samples.DENSE, 1, List.of())),
        List.of(new JobRow.Uncovered("gru", "GRU", "no template")));
  }
}
