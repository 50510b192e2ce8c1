package dev.octune.db.match;

import dev.octune.db.record.KnownBest;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.Workload;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The confirmed bests of a database in memory, without their samples: answers as {@link Matching}
 * does, and touches no disk. Exact and compatible answers come from a hash of shapes, nearest ones
 * from a {@link Neighbourhood} an operator.
 *
 * <p>Thread-safe; readers never wait. A best is seen once {@link #put} has returned.
 */
public final class LookupIndex {
  private final Legality legality;

  /** Each slot by its own key: most questions are those that were measured, as they are. */
  private final Map<Key, IndexSlot> slots = new ConcurrentHashMap<>();

  private final Map<Workload, IndexSlot[]> shapes = new ConcurrentHashMap<>();
  private final Map<String, IndexSlot> byId = new ConcurrentHashMap<>();
  private final Map<Class<?>, Neighbourhood> operators = new ConcurrentHashMap<>();

  /** Texts that stand in many bests; guarded by this. */
  private final Map<String, String> words = new HashMap<>();

  /** Schedules that stand in many bests, as long as one has them; guarded by this. */
  private final Map<Schedule, WeakReference<Schedule>> schedules = new WeakHashMap<>();

  /** As many as there are kinds of machines; guarded by this. */
  private final Map<Target, Target> targets = new HashMap<>();

  /** As many as there are ranges, zero points and outputs; guarded by this. */
  private final Map<Numerics, Numerics> numerics = new HashMap<>();

  private volatile int size;
  private volatile long version;

  /** A workload with its azp, and a target. */
  private record Key(Workload workload, Target target) {}

  /**
   * An empty index.
   *
   * @param legality its answers are kept, so they must not change
   */
  public LookupIndex(Legality legality) {
    this.legality = legality;
  }

  /** Takes a best in place of the one there was for its workload (with its azp) and target. */
  public void put(KnownBest best) {
    store(best, true);
  }

  /** Takes a best where there is none of its workload (with its azp) and target. */
  public void putIfAbsent(KnownBest best) {
    store(best, false);
  }

  /** What is known about a query: equal to {@link Matching#find} of all bests. */
  public LookupResult<IndexedBest> find(Workload workload, Target target) {
    return findServing(workload, target)
        .or(() -> nearest(workload, target))
        .orElseGet(LookupResult.None::new);
  }

  /**
   * The exact or compatible answer, if there is one: a matter of a microsecond, where the nearest
   * one may take milliseconds.
   */
  public Optional<LookupResult<IndexedBest>> findServing(Workload workload, Target target) {
    // The query's own azp goes before all others, so that nothing else need be looked at.
    IndexSlot own = slots.get(new Key(workload, target));
    if (own != null) {
      IndexedBest best = own.best();
      if (best.isLegalWithAzp(workload.numerics().azp(), legality)) {
        return Optional.of(new LookupResult.Exact<>(best));
      }
    }
    IndexSlot[] sameShape = shapes.get(workload.shape());
    if (sameShape == null) {
      return Optional.empty();
    }
    IndexedBest[] known = new IndexedBest[sameShape.length];
    for (int i = 0; i < sameShape.length; i++) {
      known[i] = sameShape[i].best();
    }
    // Whatever would be served here is the best's own workload and target, but for azp.
    return Matching.serving(
        workload,
        target,
        Arrays.asList(known),
        (best, served, _) -> best.isLegalWithAzp(served.numerics().azp(), legality));
  }

  /** The best of an {@link KnownBest#id}. */
  public Optional<IndexedBest> byId(String id) {
    return Optional.ofNullable(byId.get(id))
        .map(IndexSlot::best)
        .filter(best -> best.id().equals(id));
  }

  /** Confirmed bests in it. */
  public int size() {
    return size;
  }

  /** Rises with every change, after it: an answer found at a version is good while it stands. */
  public long version() {
    return version;
  }

  private Optional<LookupResult<IndexedBest>> nearest(Workload workload, Target target) {
    Neighbourhood near = operators.get(workload.getClass());
    if (near == null) {
      return Optional.empty();
    }
    // Many bests share a schedule, one object then, and all are judged in the query's own space.
    Predicate<Schedule> legal = legality.of(workload, target);
    IdentityHashMap<Schedule, Boolean> verdicts = new IdentityHashMap<>();
    return near.nearest(
            ShapePoint.of(workload, target),
            best ->
                Matching.isNeighbour(best, workload, target)
                    && verdicts.computeIfAbsent(best.schedule(), legal::test))
        .map(found -> found);
  }

  private synchronized void store(KnownBest best, boolean replace) {
    IndexedBest mine =
        new IndexedBest(
            best,
            shared(best.workload()),
            shared(best.target()),
            shared(best.schedule()),
            shared(best.device()));
    Key key = new Key(mine.workload(), mine.target());
    IndexSlot there = slots.get(key);
    if (there != null) {
      if (replace) {
        byId.remove(there.best().id());
        there.replace(mine);
        byId.put(mine.id(), there);
        version++;
      }
      return;
    }
    IndexSlot slot = new IndexSlot(mine);
    operators.compute(
        mine.workload().getClass(),
        (_, near) -> (near == null ? Neighbourhood.EMPTY : near).with(slot));
    Workload shape = mine.workload().shape();
    IndexSlot[] sameShape = shapes.getOrDefault(shape, new IndexSlot[0]);
    IndexSlot[] more = Arrays.copyOf(sameShape, sameShape.length + 1);
    more[sameShape.length] = slot;
    shapes.put(shape, more);
    slots.put(key, slot);
    byId.put(mine.id(), slot);
    size++;
    version++;
  }

  /** The same schedule, one object for all bests that have it, of words that others have too. */
  private Schedule shared(Schedule schedule) {
    WeakReference<Schedule> there = schedules.get(schedule);
    Schedule known = there == null ? null : there.get();
    if (known != null) {
      return known;
    }
    Map<String, String> values = new LinkedHashMap<>();
    schedule.values().forEach((knob, value) -> values.put(shared(knob), shared(value)));
    Schedule mine = new Schedule(shared(schedule.template()), schedule.version(), values);
    schedules.put(mine, new WeakReference<>(mine));
    return mine;
  }

  private String shared(String word) {
    return words.computeIfAbsent(word, w -> w);
  }

  /**
   * Few numerics serve all workloads, but for those of particular weights: a near cache has them.
   */
  private Workload shared(Workload workload) {
    if (workload.numerics().weights().isPresent()) {
      return workload;
    }
    return workload.with(numerics.computeIfAbsent(workload.numerics(), n -> n));
  }

  private Target shared(Target target) {
    return targets.computeIfAbsent(target, t -> t);
  }
}
