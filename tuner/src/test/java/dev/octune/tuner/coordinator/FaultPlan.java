package dev.octune.tuner.coordinator;

import java.time.Duration;
import java.util.Random;

/**
 * What goes wrong in a simulated world, and how often: drawn from the seed, so that some worlds are
 * quiet and some are hell.
 *
 * @param hasBadKernels some candidates crash, are wrong or take their device down
 * @param lose share of messages between coordinator and devices that never arrive
 * @param repeat share that arrives twice
 * @param maxDelay of a message; they overtake each other within it
 * @param kill mean time between two deaths of the coordinator; the longest ones mean never
 * @param deviceFault mean time between two faults of a device
 * @param storeFault mean time between two spells in which the disk is full
 * @param leap mean time between two settings of the clock
 */
record FaultPlan(
    boolean hasBadKernels,
    double lose,
    double repeat,
    Duration maxDelay,
    Duration kill,
    Duration deviceFault,
    Duration storeFault,
    Duration leap) {
  /** Nothing goes wrong. */
  static final FaultPlan NONE =
      new FaultPlan(
          false,
          0,
          0,
          Duration.ofMillis(1),
          Duration.ofDays(1000),
          Duration.ofDays(1000),
          Duration.ofDays(1000),
          Duration.ofDays(1000));

  static FaultPlan draw(Random random) {
    return new FaultPlan(
        random.nextInt(4) > 0,
        random.nextInt(3) == 0 ? random.nextDouble() * 0.05 : 0,
        random.nextInt(3) == 0 ? random.nextDouble() * 0.2 : 0,
        Duration.ofMillis(1 + random.nextInt(300)),
        mean(random, 40, 300),
        mean(random, 20, 200),
        mean(random, 60, 300),
        mean(random, 60, 300));
  }

  private static Duration mean(Random random, int leastSeconds, int mostSeconds) {
    return random.nextInt(3) == 0
        ? Duration.ofDays(1000)
        : Duration.ofSeconds(random.nextInt(leastSeconds, mostSeconds));
  }
}
