package dev.octune.rpc.wire;

import dev.octune.kernels.target.Target;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a worker says of one of its devices.
 *
 * @param key the class of equal devices that jobs ask for
 * @param target what code is generated for, threads included
 * @param model what its maker calls the processor
 * @param isaFeatures flags in Linux's spelling, sorted
 * @param cores CPUs that the worker may use
 * @param description as records say what measured
 * @param depth requests that may be unanswered at once, in [1, {@link Protocol#MAX_DEPTH}]
 * @param probes name with its unit → what was measured at enrolment, such as {@code
 *     roof.avx2_s16.gops}
 */
public record DeviceDeclaration(
    String key,
    Target target,
    String model,
    List<String> isaFeatures,
    int cores,
    String description,
    int depth,
    Map<String, Double> probes) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
  private static final Pattern PROBE = Pattern.compile("[A-Za-z0-9_.-]{1,100}");

  /** Flags of a processor number some 150, leaves a dozen. */
  private static final int MAX_ENTRIES = 1024;

  public DeviceDeclaration {
    isaFeatures = List.copyOf(isaFeatures);
    probes = Collections.unmodifiableMap(new TreeMap<>(probes));
    requireName("device key", key);
    requireText("model", model);
    requireText("description", description);
    if (cores < 1) {
      throw new IllegalArgumentException("cores is %d, must be at least 1".formatted(cores));
    }
    if (depth < 1 || depth > Protocol.MAX_DEPTH) {
      throw new IllegalArgumentException(
          "depth is %d, must be in [1, %d]".formatted(depth, Protocol.MAX_DEPTH));
    }
    if (isaFeatures.size() > MAX_ENTRIES || probes.size() > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "%d features and %d probes, must be at most %d each"
              .formatted(isaFeatures.size(), probes.size(), MAX_ENTRIES));
    }
    isaFeatures.forEach(feature -> requireText("feature", feature));
    probes.forEach(
        (probe, value) -> {
          if (!PROBE.matcher(probe).matches() || !Double.isFinite(value)) {
            throw new IllegalArgumentException(
                "probe '%s' is %s, must be a name of %s and a finite number"
                    .formatted(probe, value, PROBE));
          }
        });
  }

  /** Refuses what can't be typed on a command line, or stand in a log, as a name. */
  static void requireName(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "%s is '%s', must be 1 to 64 of letters, digits, _ . -"
              .formatted(what, name.length() > 100 ? name.substring(0, 100) + "…" : name));
    }
  }

  private static void requireText(String what, String text) {
    if (text.length() > Protocol.MAX_TEXT_CHARS || text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "%s must be one line of at most %d characters, has %d"
              .formatted(what, Protocol.MAX_TEXT_CHARS, text.length()));
    }
  }
}
