package dev.octune.tuner.http;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The served document as an oracle: do real answers have its schemas? */
public final class OpenApi {
  private static final List<String> METHODS = List.of("get", "post", "put", "delete", "patch");

  private final JsonObject document;

  public OpenApi() {
    try (InputStream in =
        Objects.requireNonNull(ApiServer.class.getResourceAsStream("openapi.json"))) {
      document = new JsonObject(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  public JsonObject document() {
    return document;
  }

  /**
   * A documented operation.
   *
   * @param role "-" for an open path
   */
  public record Operation(String method, String path, String role) {}

  public Set<Operation> operations() {
    Set<Operation> operations = new HashSet<>();
    JsonObject paths = document.getJsonObject("paths");
    for (String path : paths.fieldNames()) {
      for (String method : METHODS) {
        JsonObject operation = paths.getJsonObject(path).getJsonObject(method);
        if (operation != null) {
          operations.add(
              new Operation(
                  method.toUpperCase(java.util.Locale.ROOT),
                  path,
                  operation.getString("x-octune-role", "-")));
        }
      }
    }
    return operations;
  }

  /** Asserts that a body has a schema of the document, and no field that it does not name. */
  public void assertIs(String schema, String body) {
    JsonObject root =
        new JsonObject()
            .put("$schema", Draft.DRAFT202012.getIdentifier())
            .put("$ref", "#/components/schemas/" + schema)
            .put("components", document.getJsonObject("components"));
    assertValid(root, body);
    assertNamed(
        new JsonObject().put("$ref", root.getString("$ref")), Json.decodeValue(body), schema);
  }

  /** Asserts that a body is what an operation answers with a status. */
  public void assertAnswers(String method, String path, int status, String body) {
    JsonObject operation =
        document.getJsonObject("paths").getJsonObject(path).getJsonObject(method);
    JsonObject response =
        operation.getJsonObject("responses").getJsonObject(String.valueOf(status));
    assertTrue(response != null, method + " " + path + " has no answer " + status);
    JsonObject schema =
        response.getJsonObject("content").getJsonObject("application/json").getJsonObject("schema");
    assertValid(
        schema
            .copy()
            .put("$schema", Draft.DRAFT202012.getIdentifier())
            .put("components", document.getJsonObject("components")),
        body);
    assertNamed(schema, Json.decodeValue(body), method + " " + path);
  }

  private static void assertValid(JsonObject schema, String body) {
    Validator validator =
        Validator.create(
            JsonSchema.of(schema),
            new JsonSchemaOptions()
                .setBaseUri("urn:octune:")
                .setDraft(Draft.DRAFT202012)
                .setOutputFormat(OutputFormat.Basic));
    OutputUnit result = validator.validate(Json.decodeValue(body));
    if (!result.getValid()) {
      fail(result.getErrors().stream().map(OutputUnit::toString).toList() + "\n" + body);
    }
  }

  private void assertNamed(JsonObject schema, Object value, String where) {
    switch (value) {
      case JsonObject object -> {
        Set<String> free = new HashSet<>();
        for (String field : object.fieldNames()) {
          JsonObject its = property(schema, field, free);
          if (its == null) {
            assertTrue(!free.isEmpty(), where + "." + field + " is not in the document");
          } else {
            assertNamed(its, object.getValue(field), where + "." + field);
          }
        }
      }
      case JsonArray array -> {
        JsonObject items = find(schema, "items");
        for (Object element : array) {
          assertNamed(items == null ? new JsonObject() : items, element, where + "[]");
        }
      }
      case null, default -> {}
    }
  }

  /** A property wherever schemas are put together; free gets an entry where any name is allowed. */
  private @Nullable JsonObject property(JsonObject schema, String field, Set<String> free) {
    JsonObject properties = schema.getJsonObject("properties");
    if (properties != null && properties.containsKey(field)) {
      return properties.getJsonObject(field);
    }
    if (schema.getValue("additionalProperties") instanceof JsonObject
        || (properties == null && "object".equals(schema.getValue("type")))) {
      free.add(field);
    }
    for (JsonObject part : parts(schema)) {
      JsonObject found = property(part, field, free);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private @Nullable JsonObject find(JsonObject schema, String keyword) {
    if (schema.containsKey(keyword)) {
      return schema.getJsonObject(keyword);
    }
    for (JsonObject part : parts(schema)) {
      JsonObject found = find(part, keyword);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private List<JsonObject> parts(JsonObject schema) {
    List<JsonObject> parts = new java.util.ArrayList<>();
    String reference = schema.getString("$ref");
    if (reference != null) {
      JsonObject at = document;
      for (String step : List.of(reference.substring(2).split("/", -1))) {
        at = at.getJsonObject(step);
      }
      parts.add(at);
    }
    for (String keyword : List.of("allOf", "oneOf", "anyOf")) {
      JsonArray list = schema.getJsonArray(keyword);
      if (list != null) {
        list.forEach(part -> parts.add((JsonObject) part));
      }
    }
    return parts;
  }
}
