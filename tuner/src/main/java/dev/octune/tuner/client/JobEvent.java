package dev.octune.tuner.client;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Something that happened to a job.
 *
 * @param id to go on behind it
 * @param name {@code state}, {@code trial} or {@code task}
 * @param data StateEvent, TrialEvent or TaskEvent of the service's OpenAPI document
 */
public record JobEvent(String id, String name, JsonNode data) {
  static final String STATE = "state";
}
