package dev.octune.tuner.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The tokens' hashes in a file that is replaced whole: {@code {"schema_version":1,"tokens":[…]}}.
 * Not thread-safe.
 */
final class TokenStore {
  private static final int SCHEMA_VERSION = 1;
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;

  TokenStore(Path file) {
    this.file = file;
  }

  boolean exists() {
    return Files.exists(file);
  }

  /**
   * Principals by the SHA-256 of their token, 64 lower-case hex digits.
   *
   * @throws AccessException where the file is no list of tokens of this version
   */
  Map<String, Principal> load() {
    try {
      JsonNode root = JSON.readTree(Files.readAllBytes(file));
      if (root.path("schema_version").asInt() != SCHEMA_VERSION) {
        throw damaged("its schema_version is %s".formatted(root.path("schema_version")));
      }
      Map<String, Principal> tokens = new LinkedHashMap<>();
      for (JsonNode token : root.path("tokens")) {
        String hash = token.path("sha256").asText();
        if (!SHA256.matcher(hash).matches()) {
          throw damaged("'" + hash + "' is no hash");
        }
        tokens.put(hash, principal(token));
      }
      return tokens;
    } catch (JsonProcessingException | IllegalArgumentException | DateTimeParseException e) {
      throw damaged(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new AccessException(
          "Token file %s can't be read: %s. Mend: make it readable".formatted(file, e), e);
    }
  }

  private static Principal principal(JsonNode token) {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    token.path("roles").forEach(role -> roles.add(Role.parse(role.asText())));
    return new Principal(
        token.path("id").asText(),
        token.path("principal").asText(),
        roles,
        token.path("weight").asDouble(),
        Instant.parse(token.path("created_at").asText()));
  }

  /** Puts this in place of what there was; after a crash it is the one or the other. */
  void save(Map<String, Principal> tokens) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("schema_version", SCHEMA_VERSION);
    ArrayNode list = root.putArray("tokens");
    tokens.forEach(
        (hash, principal) -> {
          ObjectNode token = list.addObject();
          token.put("id", principal.tokenId());
          token.put("sha256", hash);
          token.put("principal", principal.name());
          List<String> roles = new ArrayList<>();
          principal.roles().forEach(role -> roles.add(role.text()));
          ArrayNode names = token.putArray("roles");
          roles.forEach(names::add);
          token.put("weight", principal.weight());
          token.put("created_at", principal.createdAt().toString());
        });
    PrivateFile.replace(file, root.toPrettyString() + "\n");
  }

  private AccessException damaged(String what) {
    return new AccessException(
        "Token file %s is damaged: %s. Mend: restore it from a backup, or delete it: the next start makes a new admin token and all others are void"
            .formatted(file, what));
  }
}
