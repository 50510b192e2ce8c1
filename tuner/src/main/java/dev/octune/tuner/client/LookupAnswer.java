package dev.octune.tuner.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * What a service knows about a query.
 *
 * @param reason why it is this match
 * @param job that was queued to tune the workload and has not ended, where one waited for it
 */
public record LookupAnswer(
    Match match, String reason, Optional<KernelRecord> record, Optional<String> job) {
  /** How an answer matches its query. */
  public enum Match {
    /** Same workload, same target. */
    EXACT,
    /** The kernel is exact and runs for the query; its time is that of the record's own target. */
    COMPATIBLE,
    /** Another shape's schedule that is legal for the query; no time is claimed. */
    NEAREST,
    NONE
  }

  static LookupAnswer of(JsonNode json) {
    JsonNode record = json.path("record");
    return new LookupAnswer(
        match(json.path("match").asText()),
        json.path("reason").asText(),
        record.isObject() ? Optional.of(KernelRecord.of(record)) : Optional.empty(),
        json.path("job").isTextual()
            ? Optional.of(json.path("job").textValue())
            : Optional.empty());
  }

  private static Match match(String text) {
    return switch (text) {
      case "exact" -> Match.EXACT;
      case "compatible" -> Match.COMPATIBLE;
      case "nearest" -> Match.NEAREST;
      case "none" -> Match.NONE;
      default -> throw new IllegalArgumentException("match '" + text + "' is not known");
    };
  }
}
