package dev.octune.workers.build;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * JDK 25's AOT cache for the child: with it a child is ready after half the time. The launcher
 * names the file by a system property; without one, or where the file is missing or was made for
 * another class path or JDK, a child starts without.
 */
sealed interface StartCache {
  String PROPERTY = "octune.builder.aotCache";

  /** Options for the child's JVM. */
  List<String> jvmOptions();

  /** Starts without a cache. */
  record None() implements StartCache {
    @Override
    public List<String> jvmOptions() {
      return List.of();
    }
  }

  /** Starts from the cache. */
  record Used(Path file) implements StartCache {
    @Override
    public List<String> jvmOptions() {
      return List.of("-XX:AOTCache=" + file);
    }
  }

  /** Writes the cache when the child ends. */
  record Recorded(Path file) implements StartCache {
    @Override
    public List<String> jvmOptions() {
      return List.of("-XX:AOTCacheOutput=" + file);
    }
  }

  /** The cache that this process's launcher named, where it can be read. */
  static StartCache named() {
    String name = System.getProperty(PROPERTY, "");
    return !name.isEmpty() && Files.isReadable(Path.of(name))
        ? new Used(Path.of(name))
        : new None();
  }
}
