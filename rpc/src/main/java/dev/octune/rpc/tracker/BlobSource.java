package dev.octune.rpc.tracker;

import java.nio.file.Path;
import java.util.Optional;

/** Data that requests name by its hash, such as real weights. Thread-safe. */
@FunctionalInterface
public interface BlobSource {
  /**
   * The file that holds a blob and does not change while it exists; may touch the disk.
   *
   * @param sha256 64 lower-case hex digits
   */
  Optional<Path> find(String sha256);
}
