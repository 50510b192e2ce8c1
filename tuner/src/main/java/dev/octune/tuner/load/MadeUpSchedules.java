package dev.octune.tuner.load;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Legal schedules without enumerating a space for each key: what is legal for one layer mostly is
 * for others with rows of the same length. Not thread-safe.
 */
final class MadeUpSchedules {
  /** Points that an enumerated space gives to those after it. */
  private static final int POINTS_SHARED = 40;

  /** Shared points tried for a key before its space is enumerated. */
  private static final int TRIES = 60;

  private final KernelLibrary library;
  private final SplittableRandom random;
  private final Map<Kind, List<Schedule>> shared = new HashMap<>();

  MadeUpSchedules(KernelLibrary library, SplittableRandom random) {
    this.library = library;
    this.random = random;
  }

  private record Kind(Class<?> operator, Isa isa, int columns) {}

  /** Different legal schedules, at least one, at most so many. */
  List<Schedule> of(MadeUpKeys.Key key, int wanted) {
    List<Schedule> pool =
        shared.computeIfAbsent(
            new Kind(key.workload().getClass(), key.target().isa(), columns(key.workload())),
            _ -> new ArrayList<>());
    Set<Schedule> found = new LinkedHashSet<>();
    for (int i = 0; i < TRIES && !pool.isEmpty() && found.size() < wanted; i++) {
      Schedule schedule = pool.get(random.nextInt(pool.size()));
      if (library.contains(new Candidate(key.workload(), key.target(), schedule))) {
        found.add(schedule);
      }
    }
    if (found.isEmpty()) {
      ConfigSpace space = library.space(key.workload(), key.target());
      for (int i = 0; i < POINTS_SHARED; i++) {
        Schedule schedule = space.at(random.nextInt(space.size()));
        pool.add(schedule);
        if (found.size() < wanted) {
          found.add(schedule);
        }
      }
    }
    return List.copyOf(found);
  }

  private static int columns(Workload workload) {
    return switch (workload) {
      case Conv2d conv ->
          conv.window().isPointwise()
              ? conv.window().oh() * conv.window().ow()
              : conv.window().ow();
      case DepthwiseConv2d conv -> conv.window().ow();
      case Dense dense -> dense.m();
      case BatchMatmul product -> product.m();
    };
  }
}
