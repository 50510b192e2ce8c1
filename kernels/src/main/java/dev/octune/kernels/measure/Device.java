package dev.octune.kernels.measure;

import dev.octune.kernels.space.Candidate;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Builds, checks and times candidates. Requests are taken in order; building of later ones overlaps
 * measuring of earlier ones where CPUs allow. Thread-safe. Futures complete normally with a {@link
 * Measurement} for whatever a candidate does; exceptionally only once the device is closed.
 */
public interface Device extends AutoCloseable {
  /** One trial; a future that is cancelled before its turn is not run. */
  CompletableFuture<Measurement> measure(MeasureRequest request);

  /**
   * Final confirmation: the candidates (same workload and target) side by side in fresh processes,
   * another kernel between the samples.
   *
   * @return one measurement per candidate, in their order
   */
  CompletableFuture<List<Measurement>> confirm(List<Candidate> candidates, long seed);

  /** What measures here, as records say it: core, ISA, kernel, template and compiler versions. */
  String description();

  /** Stops children, fails what is queued. Idempotent. */
  @Override
  void close();
}
