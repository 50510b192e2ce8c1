package dev.octune.db;

import dev.octune.db.DbException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * The file a database lives in, checked before H2 sees it.
 *
 * @param file absolute, ends with {@link #SUFFIX}
 */
record DatabaseFile(Path file) {
  /** H2's own; it would add it to whatever name it is given. */
  static final String SUFFIX = ".mv.db";

  /** First bytes of every H2 file: the header of its page store. */
  private static final byte[] MAGIC = "H:2,".getBytes(StandardCharsets.US_ASCII);

  static DatabaseFile of(Path given) {
    Path absolute = given.toAbsolutePath().normalize();
    String name = absolute.toString();
    if (name.indexOf(';') >= 0) {
      throw new DbException(
          Reason.UNWRITABLE,
          "the path holds a semicolon, which H2 can't open",
          absolute,
          "choose a path without ';'");
    }
    if (name.endsWith(SUFFIX)) {
      return new DatabaseFile(absolute);
    }
    if (Files.exists(absolute)) {
      throw new DbException(
          Reason.NOT_A_DATABASE,
          Files.isDirectory(absolute)
              ? "this is a folder"
              : "the file's name does not end with " + SUFFIX + ", so Octune did not write it",
          absolute,
          "name a database file, or a name that is free");
    }
    return new DatabaseFile(absolute.resolveSibling(absolute.getFileName() + SUFFIX));
  }

  static Path defaultFile(Map<String, String> environment) {
    String dataHome = environment.getOrDefault("XDG_DATA_HOME", "");
    // The XDG specification has relative values ignored.
    Path base =
        Path.of(dataHome).isAbsolute()
            ? Path.of(dataHome)
            : Path.of(environment.getOrDefault("HOME", "."), ".local", "share");
    return base.resolve("octune").resolve("tuning" + SUFFIX);
  }

  /** The path as H2 wants it in its URL. */
  String h2Path() {
    String name = file.toString();
    return name.substring(0, name.length() - SUFFIX.length());
  }

  /** A file beside the database, for readers to find its writer. */
  Path sibling(String suffix) {
    return Path.of(h2Path() + suffix);
  }

  void requireExisting() {
    if (!exists()) {
      throw new DbException(
          Reason.MISSING,
          "there is no such file",
          file,
          "run 'octune tune' first, or name another file with --db");
    }
  }

  boolean exists() {
    return Files.exists(file);
  }

  /**
   * Makes the folder, for its owner only where it is new, and sees that the file can be written.
   */
  void prepareForWriting() {
    Path folder = file.getParent();
    if (folder == null) {
      throw new DbException(
          Reason.UNWRITABLE, "this is the root folder", file, "name a file in a folder");
    }
    try {
      if (!Files.exists(folder)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
    } catch (IOException e) {
      throw new DbException(
          Reason.UNWRITABLE,
          "its folder can't be made (" + reasonOf(e) + ")",
          file,
          "make the folder writable, or name another file with --db",
          e);
    }
    if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
      throw new DbException(
          Reason.UNWRITABLE,
          "its folder can't be written",
          file,
          "make the folder writable, or name another file with --db");
    }
    if (exists() && !Files.isWritable(file)) {
      throw new DbException(
          Reason.UNWRITABLE,
          "the file can't be written",
          file,
          "make the file writable, or name another one with --db");
    }
  }

  /** Refuses what is not an H2 database; an empty file passes as a new one where allowed. */
  void checkHeader(boolean emptyAllowed) {
    byte[] head;
    try {
      if (Files.size(file) == 0) {
        if (emptyAllowed) {
          return;
        }
        throw new DbException(
            Reason.BUSY,
            "the file is empty, a process may just be filling it",
            file,
            "run again, or run 'octune tune'");
      }
      try (InputStream in = Files.newInputStream(file)) {
        head = in.readNBytes(MAGIC.length);
      }
    } catch (IOException e) {
      throw new DbException(
          Reason.UNREADABLE,
          "the file can't be read (" + reasonOf(e) + ")",
          file,
          "make the file readable, or name another one with --db",
          e);
    }
    if (!java.util.Arrays.equals(head, MAGIC)) {
      throw new DbException(
          Reason.NOT_A_DATABASE,
          "the file is not a tuning database",
          file,
          "name another file with --db, or move this one away");
    }
  }

  private static String reasonOf(IOException e) {
    return e.getClass().getSimpleName() + ": " + e.getMessage();
  }
}
