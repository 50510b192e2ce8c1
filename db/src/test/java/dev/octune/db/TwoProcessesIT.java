package dev.octune.db;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.db.DbException.Reason;
import dev.octune.db.TuningDb.Access;
import dev.octune.db.TuningDb.Counts;
import dev.octune.db.record.TuningRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TwoProcessesIT {
  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("tuning.mv.db");
  }

  @Test
  void writer_killedWhileAppending_keepsEveryAcknowledgedRecord() {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 3; round++) {
      Path file = folder.resolve("killed" + round);
      List<String> acknowledged = new ArrayList<>();
      try (DatabaseProcess writer = DatabaseProcess.start("append", file)) {
        for (int lines = 1 + random.nextInt(400); lines > 0; lines--) {
          acknowledged.add(writer.line());
        }
        acknowledged.addAll(writer.kill());
      }
      try (TuningDb db = TuningDb.open(file, Access.READER)) {
        Set<Integer> stored =
            db.trials(Samples.CONV, Samples.AVX2).stream()
                .map(TuningRecord::number)
                .collect(Collectors.toSet());
        // The last line may be torn by the kill: a number without its end.
        for (String number : acknowledged.subList(0, acknowledged.size() - 1)) {
          assertTrue(stored.contains(Integer.valueOf(number)), number + " was acknowledged");
        }
      }
      try (TuningDb db = TuningDb.open(file, Access.WRITER)) {
        db.append(Samples.record(2_000_000, Samples.timed(1))).join();
      }
    }
  }

  @Test
  void secondWriter_whileOneIsOpen_isToldWhoWrites() {
    try (DatabaseProcess writer = DatabaseProcess.start("hold", file())) {
      assertEquals("open", writer.line());
      DbException refused =
          assertThrows(DbException.class, () -> TuningDb.open(file(), Access.WRITER));
      assertEquals(Reason.SECOND_WRITER, refused.reason());
      assertEquals(
          "database %s: process %d is writing to it, and only one can. Mend: wait for it to end, or name another file with --db"
              .formatted(file(), writer.pid()),
          refused.getMessage());
    }
    try (TuningDb db = TuningDb.open(file(), Access.WRITER)) {
      assertEquals(new Counts(3, 0), db.counts(), "the claim ended with the process");
    }
  }

  @Test
  void secondWriter_inOneProcess_isRefused() {
    try (TuningDb db = TuningDb.open(file(), Access.WRITER)) {
      DbException refused =
          assertThrows(DbException.class, () -> TuningDb.open(file(), Access.WRITER));
      assertEquals(Reason.SECOND_WRITER, refused.reason());
      db.append(Samples.record(0, Samples.timed(1))).join();
      try (TuningDb reader = TuningDb.open(file(), Access.READER)) {
        assertEquals(new Counts(1, 0), reader.counts());
      }
      db.append(Samples.record(1, Samples.timed(1))).join();
    }
  }

  @Test
  void reader_besideWriter_seesWhatIsCommitted() {
    try (DatabaseProcess writer = DatabaseProcess.start("hold", file())) {
      assertEquals("open", writer.line());
      try (TuningDb reader = TuningDb.open(file(), Access.READER)) {
        assertEquals(new Counts(3, 0), reader.counts());
        writer.poke();
        assertEquals("appended", writer.line());
        assertEquals(new Counts(4, 0), reader.counts());
        BackupReport backup = reader.backup(folder.resolve("copy"));
        assertEquals(new Counts(4, 0), backup.counts());
        writer.kill();
        assertEquals(new Counts(4, 0), reader.counts(), "reads on from the file");
      }
    }
  }

  @Test
  void reader_stoppedMidway_doesNotKeepAWriterOut() {
    int count = 2 * H2Reads.PAGE_ROWS;
    try (TuningDb db = TuningDb.open(file(), Access.WRITER)) {
      IntStream.range(10, 10 + count)
          .mapToObj(i -> db.append(Samples.record(i, Samples.timed(i))))
          .toList()
          .forEach(CompletableFuture::join);
    }
    try (TuningDb reader = TuningDb.open(file(), Access.READER);
        Stream<TuningRecord> records = reader.records(RecordFilter.ALL)) {
      Iterator<TuningRecord> each = records.iterator();
      assertEquals(10, each.next().number());
      try (DatabaseProcess writer = DatabaseProcess.start("hold", file())) {
        assertEquals("open", writer.line());
        List<Integer> rest = new ArrayList<>();
        each.forEachRemaining(record -> rest.add(record.number()));
        List<Integer> expected = new ArrayList<>(IntStream.range(11, 10 + count).boxed().toList());
        expected.addAll(List.of(0, 1, 2));
        assertEquals(expected, rest, "reads on through the writer, and sees what it wrote");
      }
    }
  }

  @Test
  void readers_manyAtOnce_doNotLookLikeAWriter() {
    try (TuningDb db = TuningDb.open(file(), Access.WRITER)) {
      db.append(Samples.record(0, Samples.timed(1))).join();
    }
    try (TuningDb one = TuningDb.open(file(), Access.READER);
        TuningDb two = TuningDb.open(file(), Access.READER)) {
      for (int i = 0; i < 50; i++) {
        assertEquals(1, one.counts().records());
        assertEquals(1, two.counts().records());
      }
    }
  }

  @Test
  void door_ofWriter_isOnLoopbackForReadingWithTheKeyOnly() throws IOException, SQLException {
    try (DatabaseProcess writer = DatabaseProcess.start("hold", file())) {
      assertEquals("open", writer.line());
      Path door = folder.resolve("tuning.door");
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(door)));
      Properties address = new Properties();
      address.load(Files.newBufferedReader(door));
      int port = Integer.parseInt(address.getProperty("port"));
      List<String> listening = listeningAddresses(port);
      assertFalse(listening.isEmpty(), "the door's port is listened on");
      assertTrue(
          Set.of("0100007F", "0000000000000000FFFF00000100007F").containsAll(listening),
          () -> "listens on " + listening);
      String server = "jdbc:h2:tcp://127.0.0.1:" + port + "/";
      String password = address.getProperty("password");
      assertThrows(
          SQLException.class,
          () -> DriverManager.getConnection(server + "0".repeat(32), "OCTUNE_READER", password));
      assertThrows(
          SQLException.class,
          () ->
              DriverManager.getConnection(
                  server + folder.resolve("tuning"), "OCTUNE_READER", password));
      assertThrows(
          SQLException.class,
          () ->
              DriverManager.getConnection(
                  server + address.getProperty("key"), "OCTUNE_READER", "wrong"));
      try (Connection reader =
              DriverManager.getConnection(
                  server + address.getProperty("key"), "OCTUNE_READER", password);
          Statement statement = reader.createStatement()) {
        assertTrue(statement.executeQuery("SELECT COUNT(*) FROM record").next());
        assertThrows(SQLException.class, () -> statement.execute("DELETE FROM record"));
        assertThrows(
            SQLException.class, () -> statement.execute("SCRIPT TO '" + folder + "/x.sql'"));
        assertThrows(
            SQLException.class,
            () -> statement.execute("CREATE ALIAS f FOR 'java.lang.System.exit'"));
      }
    }
  }

  @Test
  void writer_closed_leavesNoDoor() {
    TuningDb.open(file(), Access.WRITER).close();
    assertFalse(Files.exists(folder.resolve("tuning.door")));
  }

  @Test
  void manyRecords_inASmallHeap_areStoredAndStreamed() {
    try (DatabaseProcess writer =
        DatabaseProcess.start("many", folder.resolve("many"), "-Xmx64m")) {
      assertEquals("12000", writer.line());
    }
  }

  /** Local addresses, as /proc/net spells them, of sockets that listen on a port. */
  private static List<String> listeningAddresses(int port) throws IOException {
    List<String> addresses = new ArrayList<>();
    String wanted = "%04X".formatted(port);
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      for (String line : Files.readAllLines(Path.of(table))) {
        String[] words = line.strip().split("\\s+", -1);
        if (words[3].equals("0A") && words[1].endsWith(":" + wanted)) {
          addresses.add(words[1].substring(0, words[1].indexOf(':')));
        }
      }
    }
    return addresses;
  }
}
