package dev.octune.tuner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.db.RecordFilter;
import dev.octune.db.TuningDb;
import dev.octune.db.record.Session;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Target;
import dev.octune.tuner.job.Budget;
import dev.octune.tuner.job.JobListener;
import dev.octune.tuner.job.JobLoop;
import dev.octune.tuner.job.JobResult;
import dev.octune.tuner.job.KnownTasks;
import dev.octune.tuner.job.Progress;
import dev.octune.tuner.job.TaskResult;
import dev.octune.tuner.job.TuningJob;
import dev.octune.tuner.search.Search;
import dev.octune.tuner.search.StrategyKind;
import dev.octune.tuner.task.TuningTask;
import dev.octune.workers.local.LocalDevice;
import dev.octune.workers.local.LocalDeviceSettings;
import dev.octune.workers.local.PlantedKernels;
import dev.octune.workers.local.PlantedKernels.Plant;
import dev.octune.workers.run.Connection;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole job over kernels with planted faults: real builder, real runner, real H2 file. */
@Timeout(120)
class PlantedKernelsIT {
  private static final long SEED = 42;

  @Test
  void tune_spaceOfPlantedFaults_storesEachAsWhatItIsAndServesTheGoodOne(@TempDir Path folder)
      throws Exception {
    Host host = Host.detect();
    Target target = host.target();
    PlantedKernels library = new PlantedKernels();
    InstantSource clock = InstantSource.system();
    Path file = folder.resolve("tuning");
    try (LocalDevice device =
            LocalDevice.open(
                new LocalDeviceSettings(library, target, host.allowedCpus(), Connection.HERE));
        TuningDb db = TuningDb.open(file, TuningDb.Access.WRITER);
        Search search = Search.open(StrategyKind.GRID, SEED)) {
      TuningTask task = new TuningTask(PlantedKernels.WORKLOAD, 1, List.of());
      TuningJob job =
          new TuningJob(
              new KnownTasks(library, db, search).plans(List.of(task), target),
              new Budget(OptionalInt.of(1000), OptionalInt.empty(), Optional.empty()),
              clock.instant());
      DbJobStore store =
          new DbJobStore(db, Session.start(device.description(), "test", "test"), SEED, clock);
      JobResult result = new JobLoop(job, device, store, clock, SEED, new Silent()).run();

      assertEquals(Plant.values().length - 1, result.trials(), "every plant but the default");
      TaskResult.Tuned tuned = result.tasks().getFirst().tuned().orElseThrow();
      assertEquals(Plant.NONE.name(), tuned.best().schedule().choice("plant"));
    }
    try (TuningDb db = TuningDb.open(file, TuningDb.Access.READER);
        Stream<TuningRecord> records = db.records(RecordFilter.ALL)) {
      Map<String, Measurement> trials =
          records
              .filter(record -> record.kind() == TuningRecord.Kind.TRIAL)
              .collect(
                  Collectors.toMap(
                      record -> record.schedule().choice("plant"), TuningRecord::measurement));
      for (Plant plant :
          List.of(
              Plant.SATURATES,
              Plant.WRITES_NOTHING,
              Plant.ACCUMULATES,
              Plant.IGNORES_AZP,
              Plant.CHANGES_ACT)) {
        Measurement.WrongAnswer wrong =
            assertInstanceOf(Measurement.WrongAnswer.class, trials.get(plant.name()), plant::name);
        assertTrue(
            wrong.repro().startsWith("octune check ")
                && wrong.repro().contains("plant=" + plant)
                && wrong.repro().contains("--seed " + SEED),
            wrong.repro());
      }
      assertTrue(
          trials.values().stream().noneMatch(m -> m instanceof Measurement.Timed),
          "no planted fault is ever timed: " + trials);
      assertInstanceOf(Measurement.TimedOut.class, trials.get(Plant.HANGS.name()));
      assertInstanceOf(Measurement.RunFailed.class, trials.get(Plant.TRAPS.name()));
      assertInstanceOf(Measurement.BuildFailed.class, trials.get(Plant.DOES_NOT_COMPILE.name()));
    }
  }

  private static final class Silent implements JobListener {
    @Override
    public void measured(dev.octune.kernels.space.Candidate candidate, Measurement measurement) {}

    @Override
    public void progressed(Progress progress) {}
  }
}
