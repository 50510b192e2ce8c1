package dev.octune.tuner.job;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Where a job's facts become durable. Futures complete once the fact survives the death of the
 * process, exceptionally where it can't be stored. Thread-safe.
 */
public interface JobStore {
  CompletableFuture<Void> storeTrial(Candidate candidate, Measurement measurement);

  CompletableFuture<Void> storeDefault(Candidate candidate, Measurement measurement);

  /** Stores every measurement of a confirmation and what follows from them. */
  CompletableFuture<Void> storeResult(
      List<Candidate> candidates, List<Measurement> measurements, TaskResult.Tuned result);
}
