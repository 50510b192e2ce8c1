package dev.octune.workers.toolchain;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The folders that may hold the unpacked toolchain, the best one first. */
final class CacheFolders {
  private static final Integer ROOT_UID = 0;

  private CacheFolders() {}

  /** The XDG cache folder, then a private one under the system's folder for temporary files. */
  static List<Path> of(Map<String, String> environment, String userHome, String tmp, String user) {
    List<Path> folders = new ArrayList<>();
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    // The XDG specification tells to ignore a path that is not absolute.
    if (xdg.startsWith("/")) {
      folders.add(Path.of(xdg, "octune"));
    } else if (userHome.startsWith("/")) {
      folders.add(Path.of(userHome, ".cache", "octune"));
    }
    folders.add(Path.of(tmp, "octune-" + user.replaceAll("[^A-Za-z0-9_.-]", "_")));
    return List.copyOf(folders);
  }

  /** Makes the folder, for its owner only, where it is not there. */
  static void create(Path folder) throws IOException {
    Path absolute = folder.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    if (!Files.isDirectory(absolute, LinkOption.NOFOLLOW_LINKS)) {
      try {
        Files.createDirectory(
            absolute,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      } catch (FileAlreadyExistsException e) {
        // Another process was faster; or a file or a symbolic link has the name.
        if (!Files.isDirectory(absolute, LinkOption.NOFOLLOW_LINKS)) {
          throw e;
        }
      }
    }
    refuseForeign(absolute);
  }

  /**
   * Throws where somebody else could put files into the folder: what lies in it is loaded and run,
   * and the name of the one under /tmp can be foreseen.
   */
  static void refuseForeign(Path folder) throws IOException {
    Object owner = Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (!owner.equals(self) && !owner.equals(ROOT_UID)) {
      throw new IOException(folder + " belongs to another user, uid " + owner);
    }
    if (Files.getPosixFilePermissions(folder).contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException(folder + " can be written by everybody");
    }
  }
}
