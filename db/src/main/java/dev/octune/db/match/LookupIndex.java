package dev.octune.db.match;

import dev.octune.db.record.KnownBest;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
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
  private final Predicate<Candidate> legal;
  private final Map<Workload, IndexSlot[]> shapes = new ConcurrentHashMap<>();
  private final Map<String, IndexSlot> byId = new ConcurrentHashMap<>();
  private final Map<Class<?>, Neighbourhood> operators = new ConcurrentHashMap<>();

  /** Texts that stand in many bests; guarded by this. */
  private final Map<String, String> words = new HashMap<>();

  private volatile int size;
  private volatile long version;

  /**
   * An empty index.
   *
   * @param legal as {@link Matching#find} asks it; its answers are kept, so they must not change
   */
  public LookupIndex(Predicate<Candidate> legal) {
    this.legal = legal;
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
    IndexSlot[] slots = shapes.get(workload.shape());
    if (slots == null) {
      return Optional.empty();
    }
    IndexedBest[] known = new IndexedBest[slots.length];
    for (int i = 0; i < slots.length; i++) {
      known[i] = slots[i].best();
    }
    // Whatever would be served here is the best's own workload and target, but for azp.
    return Matching.serving(
        workload,
        target,
        Arrays.asList(known),
        (best, served, _) -> best.isLegalWithAzp(served.numerics().azp(), legal));
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
    // Many bests share a schedule, and all are judged in the query's own space.
    Map<Schedule, Boolean> verdicts = new HashMap<>();
    return near.nearest(
            ShapePoint.of(workload, target),
            best ->
                Matching.isNeighbour(best, workload, target)
                    && verdicts.computeIfAbsent(
                        best.schedule(),
                        schedule -> legal.test(new Candidate(workload, target, schedule))))
        .map(found -> found);
  }

  private synchronized void store(KnownBest best, boolean replace) {
    IndexedBest mine = new IndexedBest(best, shared(best.schedule()), shared(best.device()));
    Workload shape = mine.workload().shape();
    IndexSlot[] slots = shapes.getOrDefault(shape, new IndexSlot[0]);
    Optional<IndexSlot> there = Arrays.stream(slots).filter(slot -> slot.isOf(mine)).findFirst();
    if (there.isPresent()) {
      if (replace) {
        byId.remove(there.get().best().id());
        there.get().replace(mine);
        byId.put(mine.id(), there.get());
        version++;
      }
      return;
    }
    IndexSlot slot = new IndexSlot(mine);
    operators.compute(
        mine.workload().getClass(),
        (_, near) -> (near == null ? Neighbourhood.EMPTY : near).with(slot));
    IndexSlot[] more = Arrays.copyOf(slots, slots.length + 1);
    more[slots.length] = slot;
    shapes.put(shape, more);
    byId.put(mine.id(), slot);
    size++;
    version++;
  }

  /** The same schedule of words that others have too: a third of the memory. */
  private Schedule shared(Schedule schedule) {
    Map<String, String> values = new LinkedHashMap<>();
    schedule.values().forEach((knob, value) -> values.put(shared(knob), shared(value)));
    return new Schedule(shared(schedule.template()), schedule.version(), values);
  }

  private String shared(String word) {
    return words.computeIfAbsent(word, w -> w);
  }
}
