package dev.octune.tuner.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.OptionalDouble;

/**
 * A confirmed best, as a lookup tells it.
 *
 * @param id for {@link OctuneClient#kernel}
 * @param workload what was measured; not the query's for a nearest match
 * @param target what it was measured on
 * @param medianNanos of one run; empty for a nearest match, which claims no time
 * @param gops giga-operations a second, 2 × MACs / time; empty for a nearest match
 * @param device what measured
 */
public record KernelRecord(
    String id,
    String workload,
    String target,
    String schedule,
    OptionalDouble medianNanos,
    OptionalDouble gops,
    Instant measuredAt,
    String device) {
  static KernelRecord of(JsonNode json) {
    return new KernelRecord(
        json.path("id").asText(),
        json.path("workload").asText(),
        json.path("target").asText(),
        json.path("schedule").asText(),
        number(json.path("median_ns")),
        number(json.path("gops")),
        Instant.parse(json.path("measured_at").asText()),
        json.path("device").asText());
  }

  private static OptionalDouble number(JsonNode json) {
    return json.isNumber() ? OptionalDouble.of(json.doubleValue()) : OptionalDouble.empty();
  }
}
