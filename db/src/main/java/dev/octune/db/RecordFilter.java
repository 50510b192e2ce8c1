package dev.octune.db;

import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.Optional;

/**
 * Which records a query returns: those that agree with every field present.
 *
 * @param workload matched without regard to azp, as lookups do
 */
public record RecordFilter(
    Optional<Workload> workload, Optional<Target> target, Optional<String> sessionId) {
  public static final RecordFilter ALL =
      new RecordFilter(Optional.empty(), Optional.empty(), Optional.empty());

  public RecordFilter withWorkload(Workload only) {
    return new RecordFilter(Optional.of(only), target, sessionId);
  }

  public RecordFilter withTarget(Target only) {
    return new RecordFilter(workload, Optional.of(only), sessionId);
  }

  public RecordFilter withSession(String onlyId) {
    return new RecordFilter(workload, target, Optional.of(onlyId));
  }
}
