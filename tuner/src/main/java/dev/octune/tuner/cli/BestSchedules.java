package dev.octune.tuner.cli;

import dev.octune.db.TuningDb;
import dev.octune.db.match.LookupResult;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.Session;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.job.Budget;
import dev.octune.tuner.job.JobListener;
import dev.octune.tuner.job.JobLoop;
import dev.octune.tuner.job.JobResult;
import dev.octune.tuner.job.KnownTasks;
import dev.octune.tuner.job.Progress;
import dev.octune.tuner.job.TuningJob;
import dev.octune.tuner.report.ProgressView;
import dev.octune.tuner.search.Search;
import dev.octune.tuner.search.StrategyKind;
import dev.octune.tuner.task.TuningTask;
import dev.octune.workers.local.LocalDevice;
import dev.octune.workers.run.Connection;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The best schedule of each workload: tuned and kept in the database, then read from there.
 *
 * @param database its file
 * @param trials that each workload is brought to, those the database knows included
 */
record BestSchedules(
    KernelLibrary library, Host host, Path database, int trials, long seed, PrintWriter err) {

  /** Brings each workload to its trials and confirms the best; what is known already stays. */
  void tune(List<Workload> workloads, Target target, StopOnSignal stop)
      throws InterruptedException {
    List<TuningTask> tasks =
        workloads.stream().map(workload -> new TuningTask(workload, 1, List.of())).toList();
    InstantSource clock = InstantSource.system();
    View view = new View(clock.instant());
    try (LocalDevice device = Wiring.device(library, target, host, Connection.HERE);
        TuningDb db = TuningDb.open(database, TuningDb.Access.WRITER);
        Search search = Search.open(StrategyKind.XGB, seed)) {
      Session session =
          Session.start(device.description(), Version.text(), Wiring.compilerVersion());
      TuningJob job =
          new TuningJob(
              new KnownTasks(library, db, search).plans(tasks, target),
              new Budget(OptionalInt.empty(), OptionalInt.of(trials), Optional.empty()),
              clock.instant());
      JobLoop loop =
          new JobLoop(job, device, new DbJobStore(db, session, seed, clock), clock, seed, view);
      stop.running(() -> loop.requestStop("interrupted"));
      JobResult _ = loop.run();
    } finally {
      view.view.clear();
    }
  }

  /**
   * What was confirmed.
   *
   * @throws IllegalStateException where a workload has no kernel that ran right
   */
  Map<Workload, Candidate> confirmed(List<Workload> workloads, Target target) {
    Map<Workload, Candidate> best = new LinkedHashMap<>();
    try (TuningDb db = TuningDb.open(database, TuningDb.Access.READER)) {
      for (Workload workload : workloads) {
        LookupResult<ConfirmedBest> result = db.lookup(workload, target, library::contains);
        if (!(result instanceof LookupResult.Exact<ConfirmedBest>(ConfirmedBest confirmed))) {
          throw new IllegalStateException(
              "no kernel of '%s' was confirmed on '%s'. Mend: see octune records"
                  .formatted(workload.text(), target.text()));
        }
        best.put(workload, new Candidate(workload, target, confirmed.best().schedule()));
      }
    }
    return best;
  }

  private final class View implements JobListener {
    private final Instant start;
    private final ProgressView view =
        new ProgressView(err, Terminal.onStderr(), Terminal.columns());

    View(Instant start) {
      this.start = start;
    }

    @Override
    public void measured(Candidate candidate, Measurement measurement) {
      if (measurement instanceof Measurement.WrongAnswer wrong) {
        view.clear();
        err.printf(
            "WRONG ANSWER, a bug of Octune: %s (fill %s)%nrepeat with: %s%n",
            wrong.what(), wrong.fill(), wrong.repro());
      }
    }

    @Override
    public void progressed(Progress progress) {
      view.show(progress, Duration.between(start, InstantSource.system().instant()), Duration.ZERO);
    }
  }
}
