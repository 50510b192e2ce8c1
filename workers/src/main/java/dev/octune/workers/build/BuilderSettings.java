package dev.octune.workers.build;

import java.time.Duration;
import java.util.Set;

/**
 * How to build.
 *
 * @param children processes that compile at once, in [1, {@link #MAX_CHILDREN}]
 * @param limit time for one build, after which its process is killed
 * @param cpus the only CPUs that compile; empty: all that this process may use
 */
public record BuilderSettings(int children, Duration limit, Set<Integer> cpus) {
  /** Each takes about 150 MB. */
  public static final int MAX_CHILDREN = 64;

  /** A kernel takes 20 ms; a machine that swaps may need much longer. */
  public static final Duration DEFAULT_LIMIT = Duration.ofSeconds(10);

  public BuilderSettings {
    if (children < 1 || children > MAX_CHILDREN) {
      throw new IllegalArgumentException(
          "children is %d, must be in [1, %d]".formatted(children, MAX_CHILDREN));
    }
    if (!limit.isPositive()) {
      throw new IllegalArgumentException("limit is " + limit + ", must be positive");
    }
    cpus = Set.copyOf(cpus);
    for (int cpu : cpus) {
      if (cpu < 0 || cpu > Libc.MAX_CPU) {
        throw new IllegalArgumentException(
            "cpu %d must be in [0, %d]".formatted(cpu, Libc.MAX_CPU));
      }
    }
  }

  /** One child on any CPU with the default limit. */
  public static BuilderSettings one() {
    return new BuilderSettings(1, DEFAULT_LIMIT, Set.of());
  }
}
