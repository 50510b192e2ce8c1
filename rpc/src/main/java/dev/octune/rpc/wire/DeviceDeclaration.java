package dev.octune.rpc.wire;

import dev.octune.kernels.target.DeviceKey;
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
    DeviceKey key,
    Target target,
    String model,
    List<String> isaFeatures,
    int cores,
    String description,
    int depth,
    Map<String, Double> probes) {
  private static final Pattern PROBE = Pattern.compile("[A-Za-z0-9_.-]{1,100}");

  /** What a record keeps of it; a full one has below 300 characters. */
  private static final int MAX_DESCRIPTION_CHARS = 2000;

  /** Flags of a processor number some 150, leaves a dozen. */
  private static final int MAX_ENTRIES = 1024;

  public DeviceDeclaration {
    isaFeatures = List.copyOf(isaFeatures);
    probes = Collections.unmodifiableMap(new TreeMap<>(probes));
    requireText("model", model, Protocol.MAX_TEXT_CHARS);
    requireText("description", description, MAX_DESCRIPTION_CHARS);
    if (description.isBlank()) {
      throw new IllegalArgumentException("the description of device %s is blank".formatted(key));
    }
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
    isaFeatures.forEach(feature -> requireText("feature", feature, Protocol.MAX_TEXT_CHARS));
    probes.forEach(
        (probe, value) -> {
          if (!PROBE.matcher(probe).matches() || !Double.isFinite(value)) {
            throw new IllegalArgumentException(
                "probe '%s' is %s, must be a name of %s and a finite number"
                    .formatted(probe, value, PROBE));
          }
        });
  }

  /** Refuses what is no single line, or too long a one. */
  static void requireText(String what, String text, int maxChars) {
    if (text.length() > maxChars || text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "%s must be one line of at most %d characters, has %d"
              .formatted(what, maxChars, text.length()));
    }
  }
}
