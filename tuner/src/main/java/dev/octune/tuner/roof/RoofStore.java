package dev.octune.tuner.roof;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * Roofs of machines, a small JSON file each. A file that is missing, torn or of another machine is
 * as none: roofs are measured again in a moment. Thread-safe.
 */
public final class RoofStore {
  /** Goes up when the loops behind the figures change. */
  private static final int SCHEMA_VERSION = 1;

  /** A handful of leaves; anything longer is another file. */
  private static final long MAX_FILE_BYTES = 64 << 10;

  private static final String VERSION = "schema_version";
  private static final String MACHINE = "machine";
  private static final String ROOFS = "gops_by_leaf";

  private final Path folder;

  public RoofStore(Path folder) {
    this.folder = folder;
  }

  /** The folder in the user's XDG cache. */
  public static RoofStore inCache(Map<String, String> environment) {
    String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path home =
        cache.startsWith("/") ? Path.of(cache) : Path.of(System.getProperty("user.home"), ".cache");
    return new RoofStore(home.resolve("octune").resolve("roofs"));
  }

  /** GOPS of one core by leaf, where they are known for this machine. */
  public Optional<Map<String, Double>> load(String machine) {
    Path file = file(machine);
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > MAX_FILE_BYTES) {
        return Optional.empty();
      }
      JsonNode node = new ObjectMapper().readTree(file.toFile());
      if (node.path(VERSION).asInt() != SCHEMA_VERSION
          || !node.path(MACHINE).asText().equals(machine)) {
        return Optional.empty();
      }
      Map<String, Double> roofs = new TreeMap<>();
      node.path(ROOFS)
          .properties()
          .forEach(entry -> roofs.put(entry.getKey(), entry.getValue().asDouble()));
      boolean whole = roofs.values().stream().allMatch(gops -> gops > 0 && gops < 1e9);
      return whole && !roofs.isEmpty() ? Optional.of(roofs) : Optional.empty();
    } catch (IOException e) {
      // Torn JSON is an IOException too; either way measuring again mends it.
      return Optional.empty();
    }
  }

  /** Keeps roofs for the next command. */
  public void save(String machine, Map<String, Double> gopsByLeaf) throws IOException {
    ObjectNode node = new ObjectMapper().createObjectNode();
    node.put(VERSION, SCHEMA_VERSION);
    node.put(MACHINE, machine);
    ObjectNode roofs = node.putObject(ROOFS);
    new TreeMap<>(gopsByLeaf).forEach(roofs::put);
    Files.createDirectories(folder);
    Path whole = Files.createTempFile(folder, "roofs", ".tmp");
    Files.writeString(whole, node.toPrettyString() + "\n");
    Files.move(whole, file(machine), StandardCopyOption.ATOMIC_MOVE);
  }

  private Path file(String machine) {
    CRC32 crc = new CRC32();
    crc.update(machine.getBytes(StandardCharsets.UTF_8));
    return folder.resolve("%08x.json".formatted(crc.getValue()));
  }
}
