package dev.octune.peers.onednn;

import dev.octune.tuner.peer.PeerException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Properties;

/**
 * The libraries of the artifact {@code org.bytedeco:dnnl} as files, unpacked once into the user's
 * cache folder.
 *
 * @param openMp the OpenMP runtime that oneDNN loads from its own folder
 */
record NativeFiles(Path oneDnn, Path openMp) {
  private static final String RESOURCES = "/org/bytedeco/dnnl/linux-x86_64/";
  private static final String ONE_DNN = "libdnnl.so.3";
  private static final String OPEN_MP = "libgomp.so.1";

  /**
   * Finds them, or unpacks them (93 MB).
   *
   * @throws PeerException where the folder does not take them
   */
  static NativeFiles unpacked(Map<String, String> environment) {
    try {
      Path folder = cache(environment).resolve("onednn-" + version());
      Files.createDirectories(folder);
      return new NativeFiles(unpack(ONE_DNN, folder), unpack(OPEN_MP, folder));
    } catch (IOException e) {
      throw new PeerException(
          "oneDNN's libraries (93 MB) can't be unpacked: %s. Mend: set XDG_CACHE_HOME to a folder that can be written"
              .formatted(e),
          e);
    }
  }

  /** Of the artifact: oneDNN's version, a dash, the packaging's version. */
  private static String version() throws IOException {
    Properties properties = new Properties();
    try (InputStream in = resource("onednn.properties")) {
      properties.load(in);
    }
    return properties.getProperty("artifact.version", "");
  }

  private static Path cache(Map<String, String> environment) {
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path home =
        xdg.startsWith("/")
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home", "/"), ".cache");
    return home.resolve("octune");
  }

  private static Path unpack(String name, Path folder) throws IOException {
    Path file = folder.resolve(name);
    if (!Files.exists(file)) {
      // Named at its end by one atomic step, so that a file that is there is whole.
      Path partial = Files.createTempFile(folder, name, ".partial");
      try (InputStream in = resource(RESOURCES + name)) {
        Files.copy(in, partial, StandardCopyOption.REPLACE_EXISTING);
      }
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return file;
  }

  private static InputStream resource(String name) throws IOException {
    InputStream in = NativeFiles.class.getResourceAsStream(name);
    if (in == null) {
      throw new IOException(name + " is not on the class path");
    }
    return in;
  }
}
