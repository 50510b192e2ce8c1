package dev.octune.db;

import dev.octune.db.match.Matching;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.Session;
import dev.octune.db.record.TuningRecord;
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

  public boolean matches(TuningRecord record) {
    return matches(record.workload(), record.target(), record.session());
  }

  public boolean matches(ConfirmedBest best) {
    return matches(best.workload(), best.target(), best.session());
  }

  private boolean matches(Workload itsWorkload, Target itsTarget, Session itsSession) {
    return workload.map(Matching::key).map(Matching.key(itsWorkload)::equals).orElse(true)
        && target.map(itsTarget::equals).orElse(true)
        && sessionId.map(itsSession.id()::equals).orElse(true);
  }

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
