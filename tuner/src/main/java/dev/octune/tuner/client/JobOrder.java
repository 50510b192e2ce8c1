package dev.octune.tuner.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a job wants beside its work. What is empty the service chooses.
 *
 * @param deviceKey which devices measure it
 * @param name what the job is called
 * @param target needed for a device key of which no device was attached yet
 * @param trials new trials in all
 * @param time propose nothing new after the job has run for so long
 * @param priority among its owner's jobs; higher goes first
 * @param strategy xgb, random or grid
 * @param out of a model: what leaves its layers' kernels, s32, requantized or requantized-reference
 * @param realWeights of a model: one task a layer, on its own weights
 */
public record JobOrder(
    String deviceKey,
    Optional<String> name,
    Optional<String> target,
    OptionalInt trials,
    Optional<Duration> time,
    OptionalInt priority,
    Optional<String> strategy,
    OptionalLong seed,
    Optional<String> out,
    boolean realWeights) {
  private static final double NANOS_PER_SECOND = 1e9;

  /** For devices of a key, all else as the service chooses. */
  public static JobOrder on(String deviceKey) {
    return new JobOrder(
        deviceKey,
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        OptionalLong.empty(),
        Optional.empty(),
        false);
  }

  public JobOrder withName(String newName) {
    return new JobOrder(
        deviceKey,
        Optional.of(newName),
        target,
        trials,
        time,
        priority,
        strategy,
        seed,
        out,
        realWeights);
  }

  public JobOrder withTrials(int newTrials) {
    return new JobOrder(
        deviceKey,
        name,
        target,
        OptionalInt.of(newTrials),
        time,
        priority,
        strategy,
        seed,
        out,
        realWeights);
  }

  public JobOrder withTime(Duration newTime) {
    return new JobOrder(
        deviceKey,
        name,
        target,
        trials,
        Optional.of(newTime),
        priority,
        strategy,
        seed,
        out,
        realWeights);
  }

  /** The options under the names of the service's JobRequest; numbers as numbers. */
  Map<String, Object> options() {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("device_key", deviceKey);
    name.ifPresent(value -> options.put("name", value));
    target.ifPresent(value -> options.put("target", value));
    trials.ifPresent(value -> options.put("trials", value));
    time.ifPresent(value -> options.put("time_seconds", value.toNanos() / NANOS_PER_SECOND));
    priority.ifPresent(value -> options.put("priority", value));
    strategy.ifPresent(value -> options.put("strategy", value));
    seed.ifPresent(value -> options.put("seed", value));
    out.ifPresent(value -> options.put("out", value));
    if (realWeights) {
      options.put("weights", "real");
    }
    return options;
  }
}
