package dev.octune.workers.toolchain;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;

/**
 * A file that is being made under a name of its own and appears under its real name at once, whole
 * and on the disk. Two processes making the same file do not disturb each other: the later rename
 * wins, and whoever has the earlier file open keeps it. Not thread-safe.
 */
final class Partial implements AutoCloseable {
  static final String SUFFIX = ".partial";

  /** Far longer than any unpacking takes: what is older was left by a process that died. */
  private static final Duration ABANDONED_AFTER = Duration.ofHours(1);

  private final Path target;
  private final Path path;

  private Partial(Path target, Path path) {
    this.target = target;
    this.path = path;
  }

  static Partial of(Path target) throws IOException {
    Path folder = target.resolveSibling("");
    sweep(folder);
    return new Partial(
        target, Files.createTempFile(folder, target.getFileName().toString() + ".", SUFFIX));
  }

  /** Where to write. */
  Path path() {
    return path;
  }

  /** Gives the finished file its real name. */
  void publish(String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
    Files.move(path, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Removes what was not published. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(path);
  }

  private static void sweep(Path folder) throws IOException {
    Instant limit = Instant.now().minus(ABANDONED_AFTER);
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : left) {
        try {
          if (Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
            Files.deleteIfExists(file);
          }
        } catch (NoSuchFileException _) {
          // Its owner has just published it: nothing is left to sweep.
        }
      }
    }
  }
}
