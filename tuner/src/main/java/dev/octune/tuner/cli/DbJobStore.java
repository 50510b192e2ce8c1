package dev.octune.tuner.cli;

import dev.octune.db.TuningDb;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.Session;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.tuner.job.JobStore;
import dev.octune.tuner.job.TaskResult;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps a job's facts in the tuning database. Thread-safe. */
final class DbJobStore implements JobStore {
  private final TuningDb db;
  private final Session session;
  private final long seed;
  private final InstantSource clock;
  private final AtomicInteger nextNumber = new AtomicInteger();

  DbJobStore(TuningDb db, Session session, long seed, InstantSource clock) {
    this.db = db;
    this.session = session;
    this.seed = seed;
    this.clock = clock;
  }

  @Override
  public CompletableFuture<Void> storeTrial(Candidate candidate, Measurement measurement) {
    return append(TuningRecord.Kind.TRIAL, candidate, measurement);
  }

  @Override
  public CompletableFuture<Void> storeDefault(Candidate candidate, Measurement measurement) {
    return append(TuningRecord.Kind.DEFAULT, candidate, measurement);
  }

  @Override
  public CompletableFuture<Void> storeResult(
      List<Candidate> candidates, List<Measurement> measurements, TaskResult.Tuned result) {
    for (int i = 0; i < candidates.size(); i++) {
      // Writes become durable in the order given, so the last one's future answers for all.
      var _ = append(TuningRecord.Kind.CONFIRMATION, candidates.get(i), measurements.get(i));
    }
    Candidate first = candidates.getFirst();
    return db.putBest(
        new ConfirmedBest(
            first.workload(),
            first.target(),
            result.byDefault(),
            result.best(),
            session,
            clock.instant()));
  }

  private CompletableFuture<Void> append(
      TuningRecord.Kind kind, Candidate candidate, Measurement measurement) {
    return db.append(
        new TuningRecord(
            session,
            nextNumber.getAndIncrement(),
            kind,
            candidate,
            seed,
            measurement,
            clock.instant()));
  }
}
