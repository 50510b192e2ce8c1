package dev.octune.db;

import dev.octune.db.record.Session;
import java.nio.file.Path;

/** The database can't do what was asked. The message says what, where and how to mend. */
public final class DbException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final String message;

  DbException(Reason reason, String what, Path where, String mend) {
    super(message(what, where, mend));
    this.reason = reason;
    this.message = message(what, where, mend);
  }

  DbException(Reason reason, String what, Path where, String mend, Throwable cause) {
    super(message(what, where, mend), cause);
    this.reason = reason;
    this.message = message(what, where, mend);
  }

  /** What kind of trouble; tells a program what it may do about it. */
  public enum Reason {
    /** There is no such file. */
    MISSING,
    /** The file or its folder can't be written. */
    UNWRITABLE,
    /** The file can't be read. */
    UNREADABLE,
    /** The file is something else. */
    NOT_A_DATABASE,
    /** A newer Octune wrote it. */
    NEWER_VERSION,
    /** No room is left on the device. What was acknowledged before is there. */
    DISK_FULL,
    /** Another process writes to it. */
    SECOND_WRITER,
    /** The writer that holds the file does not answer readers. */
    BUSY,
    /** The file was a database once. */
    CORRUPTED,
    /** The record is there already. */
    DUPLICATE,
    /** A session of the same id is there that says something else. */
    CONFLICT,
    /** The call needs {@link TuningDb.Access#WRITER}. */
    READ_ONLY,
    /** The database was closed, or has failed before. */
    CLOSED,
    /** Anything else; the cause tells. */
    FAILED
  }

  public Reason reason() {
    return reason;
  }

  @Override
  public String getMessage() {
    return message;
  }

  static DbException conflict(Session session, Path where) {
    return new DbException(
        Reason.CONFLICT,
        "session " + session.id() + " is there with another device or version",
        where,
        "give each tune command a session id of its own");
  }

  private static String message(String what, Path where, String mend) {
    return "database %s: %s. Mend: %s".formatted(where, what, mend);
  }
}
