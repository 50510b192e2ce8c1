package dev.octune.tuner.search;

import dev.octune.kernels.features.Feature;
import dev.octune.kernels.features.Features;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.tuner.model.FeatureRows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Search guided by the cost model.
 *
 * <p>A search begins with the task's starts. Before anything of the task is known a batch is else
 * half neighbours of the default and half random points: on recorded landscapes that beats what the
 * model concludes from other tasks alone. Every later one is what the model scores highest among
 * all unseen points of a small space; of a large one among a fixed random half of as many points
 * and, as the other half, what evolves from the best: mutants of measured and of scored points,
 * three generations of them. A share of each batch stays random.
 */
final class ModelSearch implements SearchStrategy {
  /** Generations of mutants; each moves one or two knobs further from what is known. */
  private static final int GENERATIONS = 3;

  /** Measured points that mutants descend from. */
  private static final int PARENTS = 16;

  /** Scored points that mutants descend from. */
  private static final int SCORED_PARENTS = 64;

  /** Times that a draw is repeated where it hits what was seen, before it is given up. */
  private static final int MAX_DRAWS = 64;

  private final SearchTask task;
  private final ConfigSpace space;
  private final SearchSettings settings;
  private final SharedModel model;
  private final TaskExperience experience;
  private final UnseenPoints unseen;
  private final Features features;
  private final Random random;
  private final Permutation order;
  private int position;
  private @Nullable Pool pool;

  ModelSearch(SearchTask task, SharedModel model, SearchSettings settings, long seed) {
    this.task = task;
    this.space = task.space();
    this.settings = settings;
    this.model = model;
    this.experience = model.newTask();
    this.unseen = new UnseenPoints(task);
    this.features = Features.of(task.workload(), task.target(), space);
    this.random = new Random(seed);
    this.order = new Permutation(space.size(), seed);
  }

  @Override
  public List<Schedule> propose(int count) {
    int wanted = Math.min(count, unseen.remaining());
    Set<Integer> batch = new LinkedHashSet<>();
    addStarts(batch, wanted);
    if (wanted > batch.size()) {
      int guided = wanted - (int) Math.round(wanted * settings.randomShare());
      if (experience.best().isPresent()) {
        addBest(batch, Math.max(0, guided - batch.size()));
      } else {
        addNeighboursOfDefault(batch, wanted / 2);
      }
    }
    while (batch.size() < wanted) {
      take(batch, nextRandom());
    }
    return batch.stream().map(space::at).toList();
  }

  @Override
  public void observe(List<Observation> observations) {
    for (Observation seen : observations) {
      OptionalInt index = unseen.takeKnown(seen);
      if (index.isPresent()) {
        experience.add(index.getAsInt(), row(index.getAsInt()), seen.measurement());
      }
    }
  }

  @Override
  public int remaining() {
    return unseen.remaining();
  }

  /** Those not measured yet, in earlier sessions either; none once they were proposed. */
  private void addStarts(Set<Integer> batch, int count) {
    for (Schedule start : task.starts()) {
      if (batch.size() < count) {
        space.indexOf(start).ifPresent(index -> take(batch, index));
      }
    }
  }

  private void take(Set<Integer> batch, int index) {
    if (unseen.take(index)) {
      batch.add(index);
    }
  }

  private int nextRandom() {
    int index = order.at(position++);
    while (!unseen.isUnseen(index)) {
      index = order.at(position++);
    }
    return index;
  }

  // ---- before anything is known

  private void addNeighboursOfDefault(Set<Integer> batch, int count) {
    int[] start = space.coordinates(space.indexOf(task.defaultSchedule()).orElseThrow());
    for (int draw = 0; draw < MAX_DRAWS && batch.size() < count; draw++) {
      mutant(start, 1).ifPresent(index -> take(batch, index));
    }
  }

  // ---- guided by the model

  private void addBest(Set<Integer> batch, int count) {
    model.learnFor(experience);
    ranked(scored()).stream().limit(count).forEach(index -> take(batch, index));
  }

  /** Scores of the unseen points of the pool and, where it is not the whole space, of mutants. */
  private Map<Integer, Float> scored() {
    Pool points = pool();
    Map<Integer, Float> scored = new LinkedHashMap<>();
    score(points, scored);
    if (points.indices.size() < space.size()) {
      evolve(scored);
    }
    return scored;
  }

  /** Points whose features are kept: all of a small space, a fixed sample of a large one. */
  private Pool pool() {
    if (pool == null) {
      pool = new Pool();
      boolean whole = space.size() <= settings.scoredPoints();
      int points = whole ? space.size() : settings.scoredPoints() / 2;
      for (int i = 0; i < points; i++) {
        pool.add(whole ? i : order.at(space.size() - 1 - i));
      }
    }
    return pool;
  }

  private void evolve(Map<Integer, Float> scored) {
    List<Integer> measured =
        experience.fastest(PARENTS).stream().map(point -> point.index).toList();
    int mutants = settings.scoredPoints() / 2 / GENERATIONS;
    for (int generation = 0; generation < GENERATIONS; generation++) {
      List<Integer> parents = new ArrayList<>(measured);
      parents.addAll(ranked(scored).stream().limit(SCORED_PARENTS).toList());
      Set<Integer> children = new LinkedHashSet<>();
      for (int i = 0; i < mutants && !parents.isEmpty(); i++) {
        int parent = parents.get(random.nextInt(parents.size()));
        mutant(space.coordinates(parent), 1 + random.nextInt(2))
            .ifPresent(
                child -> {
                  if (unseen.isUnseen(child) && !scored.containsKey(child)) {
                    children.add(child);
                  }
                });
      }
      Pool generated = new Pool();
      children.forEach(generated::add);
      score(generated, scored);
    }
  }

  private void score(Pool points, Map<Integer, Float> scored) {
    float[] scores = model.score(points.rows);
    for (int i = 0; i < scores.length; i++) {
      if (unseen.isUnseen(points.indices.get(i))) {
        scored.put(points.indices.get(i), scores[i]);
      }
    }
  }

  /** Points with their features. */
  private final class Pool {
    private final List<Integer> indices = new ArrayList<>();
    private final FeatureRows rows = new FeatureRows(Feature.count());

    void add(int index) {
      indices.add(index);
      rows.add(row(index));
    }
  }

  /**
   * Highest score first. Trees give many points the same score, neighbours above all; a random
   * order among those spreads a batch over them.
   */
  private List<Integer> ranked(Map<Integer, Float> scored) {
    return scored.entrySet().stream()
        .sorted(
            Comparator.comparingDouble((Map.Entry<Integer, Float> e) -> -e.getValue())
                .thenComparingInt(e -> order.at(e.getKey())))
        .map(Map.Entry::getKey)
        .toList();
  }

  private float[] row(int index) {
    return features.row(space.coordinates(index));
  }

  /**
   * A legal point some moves away; empty where none was found. A move takes a size to a
   * neighbouring one or, one time in three, to any; a choice to any other.
   */
  private OptionalInt mutant(int[] start, int moves) {
    List<Knob> knobs = space.knobs();
    for (int draw = 0; draw < MAX_DRAWS; draw++) {
      int[] moved = start.clone();
      for (int move = 0; move < moves; move++) {
        int k = random.nextInt(knobs.size());
        int values = space.knobs().get(k).values().size();
        boolean near = knobs.get(k) instanceof Knob.Size && random.nextInt(3) > 0;
        moved[k] =
            near
                ? Math.clamp(moved[k] + (random.nextBoolean() ? 1 : -1), 0, values - 1)
                : random.nextInt(values);
      }
      OptionalInt index = space.indexOf(moved);
      if (index.isPresent()) {
        return index;
      }
    }
    return OptionalInt.empty();
  }
}
