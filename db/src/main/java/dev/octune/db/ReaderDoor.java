package dev.octune.db;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Properties;
import org.h2.tools.Server;

/**
 * How readers reach a database that a writer holds: H2's own server in the writer's process, bound
 * to loopback, for one database, under a key and password that only last as long as the writer and
 * stand in a file for the owner's eyes beside the database. The user behind it may SELECT and
 * nothing else.
 */
final class ReaderDoor implements AutoCloseable {
  private static final String SUFFIX = ".door";
  private static final String USER = "OCTUNE_READER";
  private static final String LOOPBACK = "127.0.0.1";

  /** A reader gives up on a writer that does not answer; a page takes milliseconds. */
  private static final int NETWORK_TIMEOUT_MILLIS = 10_000;

  private static final int SECRET_BYTES = 16;

  static {
    // H2 reads this once, when its classes load; without it the server listens on all addresses.
    System.setProperty("h2.bindAddress", LOOPBACK);
  }

  private final Server server;
  private final Path address;

  private ReaderDoor(Server server, Path address) {
    this.server = server;
    this.address = address;
  }

  /** Makes sure that H2's classes, once loaded, bind to loopback only. */
  static void prepare() {
    // Loading this class is what it takes.
  }

  static ReaderDoor open(DatabaseFile file, Connection owner) throws SQLException, IOException {
    SecureRandom random = new SecureRandom();
    String key = secret(random);
    String password = secret(random);
    try (Statement statement = owner.createStatement()) {
      statement.execute("CREATE USER IF NOT EXISTS " + USER + " PASSWORD '" + password + "'");
      statement.execute("ALTER USER " + USER + " SET PASSWORD '" + password + "'");
      statement.execute("GRANT SELECT ON SCHEMA PUBLIC TO " + USER);
    }
    Server server =
        Server.createTcpServer(
            "-tcpPort", "0", "-tcpDaemon", "-ifExists", "-key", key, file.h2Path());
    server.start();
    ReaderDoor door = new ReaderDoor(server, file.sibling(SUFFIX));
    try {
      door.publish(server.getPort(), key, password);
    } catch (IOException e) {
      door.close();
      throw e;
    }
    return door;
  }

  /** A reader's connection, empty where no writer left a door. */
  static Optional<Connection> enter(DatabaseFile file) throws SQLException, IOException {
    Properties address = new Properties();
    try {
      address.load(new StringReader(Files.readString(file.sibling(SUFFIX))));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
    return Optional.of(
        DriverManager.getConnection(
            "jdbc:h2:tcp://%s:%s/%s;NETWORK_TIMEOUT=%d"
                .formatted(
                    LOOPBACK,
                    address.getProperty("port", ""),
                    address.getProperty("key", ""),
                    NETWORK_TIMEOUT_MILLIS),
            USER,
            address.getProperty("password", "")));
  }

  /** The process that wrote the door, for messages; it may have ended since. */
  static Optional<String> writerPid(DatabaseFile file) {
    Properties address = new Properties();
    try {
      address.load(new StringReader(Files.readString(file.sibling(SUFFIX))));
    } catch (IOException _) {
      return Optional.empty();
    }
    return Optional.ofNullable(address.getProperty("pid"));
  }

  @Override
  public void close() {
    server.stop();
    try {
      Files.deleteIfExists(address);
    } catch (IOException _) {
      // A door that leads nowhere is found out by who tries it; nothing is lost.
      return;
    }
  }

  int port() {
    return server.getPort();
  }

  private void publish(int port, String key, String password) throws IOException {
    Properties lines = new Properties();
    lines.setProperty("port", String.valueOf(port));
    lines.setProperty("key", key);
    lines.setProperty("password", password);
    lines.setProperty("pid", String.valueOf(ProcessHandle.current().pid()));
    StringWriter text = new StringWriter();
    lines.store(text, "Where readers reach the process that writes this database");
    Path fresh = address.resolveSibling(address.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(fresh, text.toString());
    Files.move(fresh, address, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String secret(SecureRandom random) {
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
