package dev.octune.db;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.octune.db.DbException.Reason;
import dev.octune.db.TuningDb.Access;
import dev.octune.db.TuningDb.Counts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files that are no database, are damaged, or can't be written. */
final class BadDatabaseTest {
  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("tuning.mv.db");
  }

  @Test
  void open_missingFileForReading_saysHowToMakeOne() {
    DbException missing = failure(Access.READER);
    assertEquals(Reason.MISSING, missing.reason());
    assertEquals(
        "database %s: there is no such file. Mend: run 'octune tune' first, or name another file with --db"
            .formatted(file()),
        missing.getMessage());
    assertFalse(Files.exists(file()), "reading makes no file");
  }

  @Test
  void open_missingFolder_isMadeForItsOwnerOnly() throws IOException {
    Path deep = folder.resolve("share").resolve("octune");
    TuningDb.open(deep.resolve("tuning"), Access.WRITER).close();
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(deep)));
    assertTrue(Files.exists(deep.resolve("tuning.mv.db")));
  }

  @Test
  void open_folderThatCannotBe_saysUnwritable() throws IOException {
    Path inTheWay = Files.writeString(folder.resolve("plain"), "a file");
    DbException refused =
        assertThrows(
            DbException.class, () -> TuningDb.open(inTheWay.resolve("tuning"), Access.WRITER));
    assertEquals(Reason.UNWRITABLE, refused.reason());
    assertTrue(refused.getMessage().contains("Mend: "), refused.getMessage());
  }

  @Test
  void open_readOnlyFolder_saysUnwritable() {
    Path system = Path.of("/proc/tuning");
    assumeTrue(Files.isDirectory(Path.of("/proc")), "no /proc here");
    DbException refused =
        assertThrows(DbException.class, () -> TuningDb.open(system, Access.WRITER));
    assertEquals(Reason.UNWRITABLE, refused.reason());
  }

  @Test
  void open_aFolder_saysNotADatabase() {
    DbException refused =
        assertThrows(DbException.class, () -> TuningDb.open(folder, Access.WRITER));
    assertEquals(Reason.NOT_A_DATABASE, refused.reason());
  }

  @Test
  void open_fileOfAnotherName_isLeftAlone() throws IOException {
    Path readme = Files.writeString(folder.resolve("README.md"), "# Title");
    for (Access access : Access.values()) {
      DbException refused = assertThrows(DbException.class, () -> TuningDb.open(readme, access));
      assertEquals(Reason.NOT_A_DATABASE, refused.reason());
    }
    assertEquals("# Title", Files.readString(readme));
    assertFalse(Files.exists(folder.resolve("README.md.mv.db")));
  }

  @ParameterizedTest
  @EnumSource
  void open_foreignBytes_saysNotADatabaseAndLeavesThem(Access access) throws IOException {
    byte[] foreign = new byte[5000];
    new Random(1).nextBytes(foreign);
    Files.write(file(), foreign);
    assertEquals(Reason.NOT_A_DATABASE, failure(access).reason());
    assertArrayEquals(foreign, Files.readAllBytes(file()));
  }

  @ParameterizedTest
  @EnumSource
  void open_h2DatabaseOfAnother_saysNotADatabase(Access access) throws SQLException {
    try (Connection connection = rawConnection()) {
      connection.createStatement().execute("CREATE TABLE invoices(id INTEGER)");
    }
    assertEquals(Reason.NOT_A_DATABASE, failure(access).reason());
    try (Connection connection = rawConnection()) {
      connection.createStatement().execute("SELECT * FROM invoices");
      assertThrows(
          SQLException.class, () -> connection.createStatement().execute("SELECT * FROM record"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void open_newerSchema_saysWhichVersionAndLeavesIt(Access access) throws SQLException {
    try (TuningDb db = TuningDb.open(file(), Access.WRITER)) {
      db.append(Samples.record(0, Samples.timed(1))).join();
    }
    try (Connection connection = rawConnection()) {
      connection.createStatement().execute("INSERT INTO octune_schema(version) VALUES (7)");
    }
    DbException newer = failure(access);
    assertEquals(Reason.NEWER_VERSION, newer.reason());
    assertEquals(
        "database %s: its schema has version 7, this Octune knows up to %d. Mend: use the Octune that wrote it, or name another file with --db"
            .formatted(file(), H2Schema.VERSION),
        newer.getMessage());
  }

  @Test
  void open_makingWasCutOff_isFinished() throws SQLException {
    try (Connection connection = rawConnection()) {
      connection
          .createStatement()
          .execute("CREATE TABLE octune_schema(version INTEGER PRIMARY KEY)");
    }
    try (TuningDb db = TuningDb.open(file(), Access.WRITER)) {
      db.append(Samples.record(0, Samples.timed(1))).join();
      assertEquals(new Counts(1, 0), db.counts());
    }
  }

  @Test
  void open_emptyFile_isANewDatabase() throws IOException {
    Files.createFile(file());
    try (TuningDb db = TuningDb.open(file(), Access.WRITER)) {
      assertEquals(new Counts(0, 0), db.counts());
    }
  }

  @Test
  void open_damagedAnywhere_opensOrSaysWhatIsWrong() throws IOException {
    try (TuningDb db = TuningDb.open(file(), Access.WRITER)) {
      IntStream.range(0, 300)
          .mapToObj(i -> db.append(Samples.record(i, Samples.timed(i + 1))))
          .toList()
          .forEach(CompletableFuture::join);
    }
    byte[] good = Files.readAllBytes(file());
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 10; round++) {
      byte[] bad = good.clone();
      int from = 4 + random.nextInt(bad.length - 4);
      int length = round % 2 == 0 ? bad.length - from : Math.min(2000, bad.length - from);
      byte[] noise = new byte[length];
      random.nextBytes(noise);
      System.arraycopy(noise, 0, bad, from, length);
      // A file of its own: H2 keeps its lock on some that it failed to open, until the process
      // ends.
      Path file = Files.write(folder.resolve("damaged" + round + ".mv.db"), bad);
      useOrRefuse(file);
    }
    // Headers and first pages wiped: no luck of H2's can read that.
    byte[] wiped = new byte[good.length];
    System.arraycopy(good, 0, wiped, 0, 8);
    Path wipedFile = Files.write(folder.resolve("wiped.mv.db"), wiped);
    DbException corrupted =
        assertThrows(DbException.class, () -> TuningDb.open(wipedFile, Access.WRITER));
    assertEquals(Reason.CORRUPTED, corrupted.reason());
    assertTrue(corrupted.getMessage().contains("restore a backup"), corrupted.getMessage());
  }

  @Test
  void append_diskFull_saysSoAndKeepsWhatWasAcknowledged() throws Exception {
    Path small = Files.createDirectory(folder.resolve("small"));
    int mounted =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    assumeTrue(mounted == 0, "a small file system can't be mounted here");
    try {
      Path file = small.resolve("tuning");
      List<CompletableFuture<Void>> done = new ArrayList<>();
      DbException full;
      try (TuningDb db = TuningDb.open(file, Access.WRITER)) {
        full = appendUntilFailure(db, done);
        CompletionException after =
            assertThrows(
                CompletionException.class,
                () -> db.append(Samples.record(999_999, Samples.timed(1))).join());
        assertInstanceOf(DbException.class, after.getCause());
      }
      assertEquals(Reason.DISK_FULL, full.reason(), full.getMessage());
      long acknowledged = done.stream().filter(BadDatabaseTest::isStored).count();
      try (TuningDb db = TuningDb.open(file, Access.READER)) {
        assertTrue(
            db.counts().records() >= acknowledged,
            () -> db.counts() + " of " + acknowledged + " acknowledged");
      }
      assertTrue(acknowledged > 0);
    } finally {
      new ProcessBuilder("umount", small.toString()).start().waitFor();
    }
  }

  @Test
  void write_openForReading_isRefused() {
    TuningDb.open(file(), Access.WRITER).close();
    try (TuningDb db = TuningDb.open(file(), Access.READER)) {
      DbException refused =
          assertThrows(DbException.class, () -> db.append(Samples.record(0, Samples.timed(1))));
      assertEquals(Reason.READ_ONLY, refused.reason());
    }
  }

  @Test
  void defaultFile_environment_followsXdg() {
    assertEquals(
        Path.of("/data/octune/tuning.mv.db"),
        TuningDb.defaultFile(Map.of("XDG_DATA_HOME", "/data", "HOME", "/home/me")));
    assertEquals(
        Path.of("/home/me/.local/share/octune/tuning.mv.db"),
        TuningDb.defaultFile(Map.of("HOME", "/home/me")));
    assertEquals(
        Path.of("/home/me/.local/share/octune/tuning.mv.db"),
        TuningDb.defaultFile(Map.of("XDG_DATA_HOME", "relative", "HOME", "/home/me")));
  }

  private DbException failure(Access access) {
    return assertThrows(DbException.class, () -> TuningDb.open(file(), access).close());
  }

  private Connection rawConnection() throws SQLException {
    String name = file().toString();
    return DriverManager.getConnection(
        "jdbc:h2:file:" + name.substring(0, name.length() - ".mv.db".length()), "octune", "");
  }

  /**
   * H2 may go back to an older chunk that is whole, so a damaged file may open with fewer records:
   * but each one it gives must be what was written, and a refusal must have its reason.
   */
  private static void useOrRefuse(Path file) {
    try (TuningDb db = TuningDb.open(file, Access.WRITER);
        var records = db.records(RecordFilter.ALL)) {
      records.forEach(
          record ->
              assertEquals(
                  Samples.record(record.number(), Samples.timed(record.number() + 1)), record));
    } catch (DbException e) {
      assertTrue(
          List.of(Reason.CORRUPTED, Reason.NOT_A_DATABASE, Reason.NEWER_VERSION, Reason.FAILED)
              .contains(e.reason()),
          () -> "unexpected " + e);
    }
  }

  private static DbException appendUntilFailure(TuningDb db, List<CompletableFuture<Void>> done)
      throws InterruptedException {
    for (int i = 0; i < 20_000; i++) {
      CompletableFuture<Void> next = db.append(Samples.record(i, Samples.timed(i + 1)));
      done.add(next);
      try {
        next.get();
      } catch (ExecutionException e) {
        return assertInstanceOf(DbException.class, e.getCause());
      }
    }
    throw new AssertionError("20000 records fitted into 1 MB");
  }

  private static boolean isStored(CompletableFuture<Void> done) {
    return done.isDone() && !done.isCompletedExceptionally();
  }
}
