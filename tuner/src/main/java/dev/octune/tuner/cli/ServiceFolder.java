package dev.octune.tuner.cli;

import dev.octune.db.TuningDb;
import dev.octune.tuner.access.AccessControl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Where a service keeps what must outlive it. */
record ServiceFolder(Path path) {
  ServiceFolder {
    path = path.toAbsolutePath().normalize();
  }

  /** The one of this user, beside the tuning database of the commands. */
  static ServiceFolder ofUser(Map<String, String> environment) {
    return new ServiceFolder(
        Objects.requireNonNull(TuningDb.defaultFile(environment).getParent()).resolve("service"));
  }

  /**
   * Makes the folder where it is missing, for its owner only; one that is there is closed to
   * others.
   */
  void create() {
    try {
      Files.createDirectories(Objects.requireNonNullElse(path.getParent(), path));
      if (!Files.exists(path)) {
        Files.createDirectory(
            path,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      } else if (Files.isDirectory(path)) {
        closeToOthers();
      }
    } catch (IOException e) {
      throw unusable(String.valueOf(e), e);
    }
    if (!Files.isDirectory(path) || !Files.isWritable(path)) {
      throw unusable("it is no folder that can be written", null);
    }
  }

  /**
   * Weights and records in it are nobody else's; a group that may read it was chosen by somebody.
   */
  private void closeToOthers() throws IOException {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    permissions.addAll(Files.getPosixFilePermissions(path));
    boolean wasOpen =
        permissions.removeAll(
            EnumSet.of(
                PosixFilePermission.OTHERS_READ,
                PosixFilePermission.OTHERS_WRITE,
                PosixFilePermission.OTHERS_EXECUTE));
    if (wasOpen) {
      Files.setPosixFilePermissions(path, permissions);
    }
  }

  Path database() {
    return path.resolve("tuning.mv.db");
  }

  Path adminToken() {
    return path.resolve(AccessControl.ADMIN_TOKEN_FILE);
  }

  Path weights() {
    return path.resolve("weights");
  }

  Path uploads() {
    return path.resolve("uploads");
  }

  private UsageException unusable(
      String what, @org.jspecify.annotations.Nullable IOException cause) {
    String message =
        "Data folder %s can't be used: %s. Mend: make it writable, or give another one by --data"
            .formatted(path, what);
    return cause == null ? new UsageException(message) : new UsageException(message, cause);
  }
}
