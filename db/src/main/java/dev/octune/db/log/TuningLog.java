package dev.octune.db.log;

import dev.octune.db.RecordFilter;
import dev.octune.db.TuningDb;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * The log format "octune": JSON lines in UTF-8, a header first.
 *
 * <pre>
 * {"format":"octune","schema_version":1,"octune_version":"0.1.0"}
 * {"crc32":"9ae0daaf","record":{"session":{…},"number":0,"kind":"trial","workload":"…",…}}
 * {"crc32":"1c291ca3","best":{"session":{…},"workload":"…","default":{…},"best":{…}}}
 * </pre>
 *
 * crc32 is that of the bytes of the value of "record" or "best" as they stand in the line, eight
 * hex digits. Every line can be read alone once the header is known; files may be concatenated.
 */
public final class TuningLog {
  /** The newest version this program writes and reads. */
  public static final int SCHEMA_VERSION = 1;

  static final String FORMAT = "octune";

  private TuningLog() {}

  /**
   * Writes all records that the filter lets through, then the confirmed bests that agree with it.
   *
   * @return what was written
   */
  public static TuningDb.Counts exportTo(
      OutputStream out, TuningDb db, RecordFilter filter, String octuneVersion) throws IOException {
    return new LogWriter(out).write(db, filter, octuneVersion);
  }

  /**
   * Stores every good line of a file and tells of every other one.
   *
   * @param problems told of each line that was not stored, as soon as it is known; of lines without
   *     a header that is understood only the first
   */
  public static ImportReport importFrom(Path file, TuningDb db, Consumer<LineProblem> problems)
      throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return importFrom(in, file.toString(), db, problems);
    }
  }

  /**
   * As {@link #importFrom(Path, TuningDb, Consumer)}.
   *
   * @param name what the problems call the stream
   */
  public static ImportReport importFrom(
      InputStream in, String name, TuningDb db, Consumer<LineProblem> problems) throws IOException {
    return new LogReader(name, db, problems).read(in);
  }
}
