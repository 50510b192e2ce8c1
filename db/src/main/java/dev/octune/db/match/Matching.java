package dev.octune.db.match;

import dev.octune.db.record.ConfirmedBest;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The match rules: exact before compatible before nearest before none. Only confirmed bests are
 * served: a trial's figure was never compared with the default's, so that serving it could be
 * slower than not tuning at all. After a crash before confirmation, resuming the tune confirms.
 */
public final class Matching {
  private Matching() {}

  /** The workload that stands for all that match it exactly: azp does not matter. */
  public static Workload key(Workload workload) {
    return workload.with(workload.numerics().withAzp(0));
  }

  /**
   * Chooses the answer.
   *
   * @param known confirmed bests, in any order, of the query's operator at least
   * @param legal whether a schedule is a point of its workload's and target's space today; asked
   *     only about what would be served, so that a record of another template version never is
   */
  public static LookupResult find(
      Workload workload, Target target, List<ConfirmedBest> known, Predicate<Candidate> legal) {
    return sameKey(workload, target, known)
        .filter(best -> legal.test(at(workload, target, best)))
        .<LookupResult>map(LookupResult.Exact::new)
        .findFirst()
        .or(
            () ->
                compatible(workload, target, known, legal)
                    .<LookupResult>map(LookupResult.Compatible::new)
                    .findFirst())
        .or(() -> nearest(workload, target, known, legal).findFirst())
        .orElseGet(LookupResult.None::new);
  }

  /** Those of the query's key and target: its own azp first, then the newest. */
  public static Stream<ConfirmedBest> sameKey(
      Workload workload, Target target, List<ConfirmedBest> known) {
    Workload key = key(workload);
    Comparator<ConfirmedBest> sameAzpFirst =
        Comparator.comparing(best -> !best.workload().equals(workload));
    return known.stream()
        .filter(best -> best.target().equals(target) && key(best.workload()).equals(key))
        .sorted(sameAzpFirst.thenComparing(ConfirmedBest::confirmedAt, Comparator.reverseOrder()));
  }

  /**
   * A kernel of the record's ranges on the record's target, with the query's azp. Nearest machine
   * first, then the fastest.
   */
  private static Stream<ConfirmedBest> compatible(
      Workload workload, Target target, List<ConfirmedBest> known, Predicate<Candidate> legal) {
    Comparator<ConfirmedBest> nearestMachineFirst =
        Comparator.comparingDouble(best -> ShapeDistance.between(best.target(), target));
    return known.stream()
        .filter(best -> target.runs(best.target()) && best.workload().serves(workload))
        .sorted(nearestMachineFirst.thenComparingDouble(best -> best.best().medianNanos()))
        .filter(
            best ->
                legal.test(
                    at(
                        best.workload()
                            .with(best.workload().numerics().withAzp(workload.numerics().azp())),
                        best.target(),
                        best)));
  }

  private static Stream<LookupResult> nearest(
      Workload workload, Target target, List<ConfirmedBest> known, Predicate<Candidate> legal) {
    return known.stream()
        .filter(
            best -> best.target().arch() == target.arch() && speaksOf(workload, best.workload()))
        .flatMap(
            best -> {
              OptionalDouble shape = ShapeDistance.between(best.workload(), workload);
              return shape.isEmpty()
                  ? Stream.empty()
                  : Stream.of(
                      new LookupResult.Nearest(
                          best,
                          shape.getAsDouble() + ShapeDistance.between(best.target(), target)));
            })
        .sorted(Comparator.comparingDouble(LookupResult.Nearest::distance))
        .filter(near -> legal.test(at(workload, target, near.best())))
        .map(LookupResult.class::cast);
  }

  /** Whoever asks without weights hears nothing of schedules chosen for particular ones. */
  private static boolean speaksOf(Workload query, Workload measured) {
    return measured.numerics().weights().isEmpty() || query.numerics().weights().isPresent();
  }

  private static Candidate at(Workload workload, Target target, ConfirmedBest best) {
    return new Candidate(workload, target, best.best().schedule());
  }
}
