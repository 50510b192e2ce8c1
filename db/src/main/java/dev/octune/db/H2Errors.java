package dev.octune.db;

import dev.octune.db.DbException.Reason;
import java.sql.SQLException;
import org.h2.api.ErrorCode;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;

/** Tells what an error of H2 means for the person who sees it. */
final class H2Errors {
  private H2Errors() {}

  /** True where another process has the file locked. */
  static boolean isLocked(SQLException e) {
    return e.getErrorCode() == ErrorCode.DATABASE_ALREADY_OPEN_1;
  }

  /** True where the connection is gone, so that a new one may work. */
  static boolean isDisconnected(SQLException e) {
    return switch (e.getErrorCode()) {
      case ErrorCode.CONNECTION_BROKEN_1,
          ErrorCode.DATABASE_IS_CLOSED,
          ErrorCode.DATABASE_CALLED_AT_SHUTDOWN,
          ErrorCode.OBJECT_CLOSED ->
          true;
      default -> false;
    };
  }

  static DbException of(SQLException e, DatabaseFile file, String doing) {
    Reason reason = reason(e);
    return switch (reason) {
      case DISK_FULL ->
          new DbException(
              reason,
              doing + " failed: no room is left on the device; what was stored before is there",
              file.file(),
              "free space, or prune with 'octune db prune', then run again",
              e);
      case CORRUPTED ->
          new DbException(
              reason,
              doing + " failed: the file is damaged (" + firstLine(e) + ")",
              file.file(),
              "restore a backup, or move the file away and import an exported log",
              e);
      case NOT_A_DATABASE ->
          new DbException(
              reason,
              doing + " failed: an H2 database, but not one that Octune made",
              file.file(),
              "name another file with --db",
              e);
      case NEWER_VERSION ->
          new DbException(
              reason,
              doing + " failed: a newer version of Octune's storage wrote the file",
              file.file(),
              "use that version, or name another file with --db",
              e);
      case UNWRITABLE ->
          new DbException(
              reason,
              doing + " failed: the file can't be written",
              file.file(),
              "make the file and its folder writable, or name another one with --db",
              e);
      case BUSY ->
          new DbException(
              reason,
              doing + " failed: another process has the file open",
              file.file(),
              "wait for it to end, then run again",
              e);
      case CLOSED ->
          new DbException(
              reason, doing + " failed: the database is closed", file.file(), "open it again", e);
      case DUPLICATE ->
          new DbException(
              reason,
              "a record of this session and number is there already",
              file.file(),
              "count records of a session on, or start a new session",
              e);
      case MISSING, UNREADABLE, SECOND_WRITER, CONFLICT, READ_ONLY, FAILED ->
          new DbException(
              Reason.FAILED,
              doing + " failed: " + firstLine(e),
              file.file(),
              "run again; if it fails again, report it with this message",
              e);
    };
  }

  private static Reason reason(SQLException e) {
    if (tells(e, "No space left on device") || tells(e, "File too large")) {
      return Reason.DISK_FULL;
    }
    MVStoreException store = storeCause(e);
    if (store != null) {
      switch (store.getErrorCode()) {
        case DataUtils.ERROR_FILE_CORRUPT, DataUtils.ERROR_CHUNK_NOT_FOUND -> {
          return Reason.CORRUPTED;
        }
        case DataUtils.ERROR_UNSUPPORTED_FORMAT -> {
          return Reason.NEWER_VERSION;
        }
        default -> {}
      }
    }
    return switch (e.getErrorCode()) {
      case ErrorCode.FILE_CORRUPTED_1 -> Reason.CORRUPTED;
      case ErrorCode.FILE_VERSION_ERROR_1 -> Reason.NEWER_VERSION;
      case ErrorCode.WRONG_USER_OR_PASSWORD -> Reason.NOT_A_DATABASE;
      case ErrorCode.DATABASE_IS_READ_ONLY -> Reason.UNWRITABLE;
      case ErrorCode.DATABASE_ALREADY_OPEN_1 -> Reason.BUSY;
      case ErrorCode.DUPLICATE_KEY_1 -> Reason.DUPLICATE;
      default -> isDisconnected(e) ? Reason.CLOSED : Reason.FAILED;
    };
  }

  private static boolean tells(Throwable e, String words) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      if (message != null && message.contains(words)) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable MVStoreException storeCause(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof MVStoreException store) {
        return store;
      }
    }
    return null;
  }

  private static String firstLine(SQLException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given");
  }
}
