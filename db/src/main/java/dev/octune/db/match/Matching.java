package dev.octune.db.match;

import dev.octune.db.record.KnownBest;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The match rules: exact before compatible before nearest before none. Only confirmed bests are
 * served: a trial's figure was never compared with the default's, so that serving it could be
 * slower than not tuning at all. After a crash before confirmation, resuming the tune confirms.
 *
 * <p>Every order below is total, so that the answer depends on what is known and never on the order
 * in which it is told.
 */
public final class Matching {
  /** Decides between bests that are equally good. */
  static final Comparator<KnownBest> NEWEST_FIRST =
      Comparator.comparing(KnownBest::confirmedAt)
          .reversed()
          .thenComparing(best -> best.target().text())
          .thenComparing(best -> best.workload().text());

  private Matching() {}

  /**
   * Whether the schedule of a best is a point of a workload's and target's space.
   *
   * @param <B> the form of the bests
   */
  interface Verdict<B> {
    boolean isLegal(B best, Workload workload, Target target);
  }

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
  public static <B extends KnownBest> LookupResult<B> find(
      Workload workload, Target target, List<B> known, Predicate<Candidate> legal) {
    Verdict<B> verdict = (best, on, at) -> legal.test(new Candidate(on, at, best.schedule()));
    return serving(workload, target, known, verdict)
        .or(() -> nearest(workload, target, known, verdict))
        .orElseGet(LookupResult.None::new);
  }

  /** Those of the query's key and target: its own azp first, then the newest. */
  public static <B extends KnownBest> Stream<B> sameKey(
      Workload workload, Target target, List<B> known) {
    return known.stream()
        .filter(best -> best.target().equals(target) && best.workload().equalsButAzp(workload))
        .sorted(sameAzpFirst(workload));
  }

  /**
   * The exact or compatible answer.
   *
   * @param known those of the query's shape at least
   */
  static <B extends KnownBest> Optional<LookupResult<B>> serving(
      Workload workload, Target target, List<B> known, Verdict<B> verdict) {
    for (B best : best(known, b -> isExact(b, workload, target), sameAzpFirst(workload))) {
      if (verdict.isLegal(best, workload, target)) {
        return Optional.of(new LookupResult.Exact<>(best));
      }
    }
    for (B best :
        best(known, b -> isCompatible(b, workload, target), nearestMachineFirst(target))) {
      // A kernel of the record's ranges on the record's target, with the query's azp.
      Workload served =
          best.workload().with(best.workload().numerics().withAzp(workload.numerics().azp()));
      if (verdict.isLegal(best, served, best.target())) {
        return Optional.of(new LookupResult.Compatible<>(best));
      }
    }
    return Optional.empty();
  }

  /** Whether a best's schedule may be borrowed for a query, if it is legal there. */
  static boolean isNeighbour(KnownBest best, Workload workload, Target target) {
    return best.target().arch() == target.arch() && speaksOf(workload, best.workload());
  }

  private static <B extends KnownBest> Optional<LookupResult<B>> nearest(
      Workload workload, Target target, List<B> known, Verdict<B> verdict) {
    ShapePoint query = ShapePoint.of(workload, target);
    return known.stream()
        .filter(best -> best.workload().getClass() == workload.getClass())
        .filter(best -> isNeighbour(best, workload, target))
        .map(
            best ->
                new LookupResult.Nearest<>(
                    best, query.distance(ShapePoint.of(best.workload(), best.target()))))
        .sorted(
            Comparator.<LookupResult.Nearest<B>>comparingDouble(LookupResult.Nearest::distance)
                .thenComparing(LookupResult.Nearest::best, NEWEST_FIRST))
        .filter(near -> verdict.isLegal(near.best(), workload, target))
        .<LookupResult<B>>map(near -> near)
        .findFirst();
  }

  private static <B extends KnownBest> List<B> best(
      List<B> known, Predicate<B> wanted, Comparator<KnownBest> order) {
    List<B> found = new ArrayList<>(2);
    for (B best : known) {
      if (wanted.test(best)) {
        found.add(best);
      }
    }
    if (found.size() > 1) {
      found.sort(order);
    }
    return found;
  }

  private static boolean isExact(KnownBest best, Workload workload, Target target) {
    return best.target().equals(target) && best.workload().equalsButAzp(workload);
  }

  private static boolean isCompatible(KnownBest best, Workload workload, Target target) {
    return target.runs(best.target()) && best.workload().serves(workload);
  }

  private static Comparator<KnownBest> sameAzpFirst(Workload workload) {
    return Comparator.<KnownBest, Boolean>comparing(best -> !best.workload().equals(workload))
        .thenComparing(NEWEST_FIRST);
  }

  private static Comparator<KnownBest> nearestMachineFirst(Target target) {
    return Comparator.<KnownBest>comparingDouble(best -> ShapePoint.between(best.target(), target))
        .thenComparingDouble(KnownBest::medianNanos)
        .thenComparing(NEWEST_FIRST);
  }

  /** Whoever asks without weights hears nothing of schedules chosen for particular ones. */
  private static boolean speaksOf(Workload query, Workload measured) {
    return measured.numerics().weights().isEmpty() || query.numerics().weights().isPresent();
  }
}
