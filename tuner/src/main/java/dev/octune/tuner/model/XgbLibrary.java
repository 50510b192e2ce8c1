package dev.octune.tuner.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * Loads XGBoost's native library, once a process. XGBoost copies it (15 MB) from its jar into the
 * temporary folder and deletes the copy when the JVM exits in peace; here the copy is unlinked as
 * soon as it is mapped, so that a killed process leaves nothing behind.
 */
final class XgbLibrary {
  /** OpenMP's runtime, the one thing that XGBoost's jar does not bring along. */
  static final String NEEDS = "libgomp.so.1";

  private static final String NAME = "libxgboost4j";

  /** Held here, since a logger nobody holds forgets its level. */
  private static final Logger ITS_LOGGER = Logger.getLogger("ml.dmlc.xgboost4j");

  private XgbLibrary() {}

  static void load() {
    // It prints the stack trace of what it then throws; the exception below says all of it.
    ITS_LOGGER.setLevel(Level.OFF);
    try {
      new DMatrix(new float[] {1}, 1, 1, Float.NaN).dispose();
    } catch (LinkageError | XGBoostError e) {
      throw new CostModelException(
          "XGBoost's native library does not load on this machine (%s). Mend: install libgomp (%s)"
                  .formatted(rootCause(e), "Debian: apt install libgomp1")
              + ", make %s writable, or search with --strategy random"
                  .formatted(System.getProperty("java.io.tmpdir")),
          e);
    }
    unlinkCopies();
  }

  private static void unlinkCopies() {
    Path maps = Path.of("/proc/self/maps");
    try {
      for (String line : Files.readAllLines(maps)) {
        int path = line.indexOf('/');
        if (path >= 0 && isTemporaryCopy(Path.of(line.substring(path)))) {
          Files.deleteIfExists(Path.of(line.substring(path)));
        }
      }
    } catch (IOException _) {
      // No /proc or no permission: the copy goes when the JVM exits.
    }
  }

  private static boolean isTemporaryCopy(Path path) {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    return path.getParent() != null
        && List.of(temporary, temporary.normalize()).contains(path.getParent())
        && path.getFileName().toString().startsWith(NAME);
  }

  private static String rootCause(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getClass().getSimpleName() + ": " + root.getMessage();
  }
}
