package dev.octune.tuner.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import dev.octune.tuner.coordinator.JobSpec;
import dev.octune.tuner.job.Budget;
import dev.octune.tuner.search.StrategyKind;
import dev.octune.tuner.task.Outputs;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What somebody asks for beside the work itself.
 *
 * @param name empty where the service chooses one
 * @param target empty where a device of the key has told it
 * @param outputs what leaves the kernels of a model's layers
 * @param realWeights one task a layer, on the model's own weights
 */
record JobOptions(
    Optional<String> name,
    DeviceKey deviceKey,
    Optional<Target> target,
    Budget budget,
    StrategyKind strategy,
    long seed,
    int priority,
    Outputs outputs,
    boolean realWeights) {
  /** The JSON field that holds the work. */
  static final String WORKLOADS = "workloads";

  private static final Set<String> TEXTS = Set.of("name", "device_key", "target", "strategy");
  private static final Set<String> NUMBERS = Set.of("trials", "time_seconds", "seed", "priority");
  private static final String OUT = "out";
  private static final String WEIGHTS = "weights";

  /** Options of a model's layers; workload texts say it themselves. */
  private static final Set<String> OF_MODELS = Set.of(OUT, WEIGHTS);

  private static final int MAX_TRIALS = 1_000_000;

  /** A week. */
  private static final int MAX_TIME_SECONDS = 604_800;

  private static final double NANOS_PER_SECOND = 1e9;

  /** From a JSON object, which holds the work too. */
  static JobOptions of(JsonNode body) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : body.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      if (name.equals(WORKLOADS)) {
        continue;
      }
      if (TEXTS.contains(name) ? !value.isTextual() : !value.isNumber()) {
        throw malformed(
            NUMBERS.contains(name) || TEXTS.contains(name)
                ? "Field %s is %s.".formatted(name, value.getNodeType())
                : "Field '%s' is not known.".formatted(name),
            TEXTS.contains(name) ? "give a string" : "give one of the documented fields and types");
      }
      fields.put(name, value.asText());
    }
    return of(fields, false);
  }

  /** From a query or the fields of a form, which go with a model. */
  static JobOptions of(MultiMap parameters) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (Map.Entry<String, String> parameter : parameters) {
      if (fields.put(parameter.getKey(), parameter.getValue()) != null) {
        throw malformed("'%s' is given twice.".formatted(parameter.getKey()), "give it once");
      }
    }
    return of(fields, true);
  }

  private static JobOptions of(Map<String, String> fields, boolean isModel) {
    for (String name : fields.keySet()) {
      if (!TEXTS.contains(name)
          && !NUMBERS.contains(name)
          && !(isModel && OF_MODELS.contains(name))) {
        throw malformed("'%s' is not known.".formatted(name), "give one of the documented options");
      }
    }
    @Nullable String key = fields.get("device_key");
    if (key == null) {
      throw malformed("device_key is missing.", "name the devices; GET /api/v1/devices lists them");
    }
    try {
      return new JobOptions(
          Optional.ofNullable(fields.get("name")),
          new DeviceKey(key),
          Optional.ofNullable(fields.get("target")).map(Target::parse),
          budget(fields),
          StrategyKind.parse(fields.getOrDefault("strategy", StrategyKind.XGB.text())),
          whole(fields, "seed", Long.MIN_VALUE, Long.MAX_VALUE, 1),
          (int) whole(fields, "priority", -JobSpec.MAX_PRIORITY, JobSpec.MAX_PRIORITY, 0),
          outputs(fields.getOrDefault(OUT, Outputs.SUMS.text())),
          isReal(fields.getOrDefault(WEIGHTS, "random")));
    } catch (IllegalArgumentException e) {
      throw Problem.of(Problem.Kind.UNFIT, String.valueOf(e.getMessage())).exception();
    }
  }

  private static Budget budget(Map<String, String> fields) {
    OptionalInt trials =
        fields.containsKey("trials")
            ? OptionalInt.of((int) whole(fields, "trials", 0, MAX_TRIALS, 0))
            : OptionalInt.empty();
    return new Budget(trials, OptionalInt.empty(), time(fields.get("time_seconds")));
  }

  private static Optional<Duration> time(@Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    double seconds = number("time_seconds", text);
    if (!(seconds > 0 && seconds <= MAX_TIME_SECONDS)) {
      throw unfit(
          "time_seconds is %s.".formatted(text),
          "give a number above 0, at most %d".formatted(MAX_TIME_SECONDS));
    }
    return Optional.of(Duration.ofNanos((long) (seconds * NANOS_PER_SECOND)));
  }

  private static double number(String name, String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw malformed("%s is '%s', no number.".formatted(name, text), "give a number");
    }
  }

  private static long whole(
      Map<String, String> fields, String name, long min, long max, long absent) {
    @Nullable String text = fields.get(name);
    if (text == null) {
      return absent;
    }
    long value;
    try {
      value = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw malformed("%s is '%s', no whole number.".formatted(name, text), "give a whole number");
    }
    if (value < min || value > max) {
      throw unfit(
          "%s is %d.".formatted(name, value), "give a number in [%d, %d]".formatted(min, max));
    }
    return value;
  }

  private static Outputs outputs(String text) {
    return Outputs.of(text)
        .orElseThrow(
            () ->
                new Problem(
                        Problem.Kind.UNFIT,
                        "out is '%s'.".formatted(text),
                        "give one of " + Outputs.texts())
                    .exception());
  }

  private static boolean isReal(String weights) {
    return switch (weights) {
      case "random" -> false;
      case "real" -> true;
      default -> throw unfit("weights is '%s'.".formatted(weights), "give random or real");
    };
  }

  private static ProblemException malformed(String detail, String mend) {
    return new Problem(Problem.Kind.MALFORMED, detail, mend).exception();
  }

  private static ProblemException unfit(String detail, String mend) {
    return new Problem(Problem.Kind.UNFIT, detail, mend).exception();
  }
}
