package dev.octune.tuner.log;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;
import org.slf4j.event.Level;
import org.slf4j.event.LoggingEvent;
import org.slf4j.helpers.AbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.spi.LoggingEventAware;

/**
 * Writes events as lines. Thread-safe: a line is written by one call, which does not wait for other
 * threads' formatting.
 */
final class EventLogger extends AbstractLogger implements LoggingEventAware {
  private static final long serialVersionUID = 1L;

  /** Of one value: a compiler's complaint does not belong in a log whole. */
  private static final int MAX_VALUE_CHARS = 500;

  private final Level least;
  private final transient PrintStream out;

  /**
   * A logger.
   *
   * @param least events below it are dropped
   */
  EventLogger(String name, Level least, PrintStream out) {
    this.name = name;
    this.least = least;
    this.out = out;
  }

  @Override
  public void log(LoggingEvent event) {
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    write(
        event.getLevel(),
        event.getMessage(),
        event.getArgumentArray(),
        pairs == null ? List.of() : pairs,
        event.getThrowable());
  }

  @Override
  protected void handleNormalizedLoggingCall(
      Level level,
      @Nullable Marker marker,
      String message,
      Object @Nullable [] arguments,
      @Nullable Throwable thrown) {
    write(level, message, arguments, List.of(), thrown);
  }

  private void write(
      Level level,
      @Nullable String message,
      Object @Nullable [] arguments,
      List<KeyValuePair> pairs,
      @Nullable Throwable thrown) {
    StringBuilder line = new StringBuilder(160);
    line.append(Instant.now().truncatedTo(ChronoUnit.MILLIS)).append(' ');
    line.append(level).append(level.name().length() == 4 ? "  " : " ");
    String text = MessageFormatter.basicArrayFormat(message, arguments);
    // Octune's own events are named; a library's sentence is told with where it came from.
    line.append(pairs.isEmpty() && text.indexOf(' ') >= 0 ? name + ": " + oneLine(text) : text);
    for (KeyValuePair pair : pairs) {
      line.append(' ').append(pair.key).append('=').append(value(String.valueOf(pair.value)));
    }
    line.append('\n');
    if (thrown != null) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace, true));
      line.append(trace);
    }
    out.append(line).flush();
  }

  /** As it is where it is one word, else in quotes: a foreign text can't pretend to be a line. */
  private static String value(String value) {
    String cut =
        value.length() <= MAX_VALUE_CHARS ? value : value.substring(0, MAX_VALUE_CHARS) + "…";
    boolean word =
        !cut.isEmpty() && cut.chars().noneMatch(c -> c <= ' ' || c == '"' || c == '=' || c == 127);
    return word ? cut : '"' + oneLine(cut).replace("\"", "\\\"") + '"';
  }

  private static String oneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      switch (c) {
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        default -> line.append(Character.isISOControl(c) ? '?' : c);
      }
    }
    return line.toString();
  }

  private boolean shows(Level level) {
    return level.toInt() >= least.toInt();
  }

  @Override
  public boolean isTraceEnabled() {
    return shows(Level.TRACE);
  }

  @Override
  public boolean isTraceEnabled(Marker marker) {
    return isTraceEnabled();
  }

  @Override
  public boolean isDebugEnabled() {
    return shows(Level.DEBUG);
  }

  @Override
  public boolean isDebugEnabled(Marker marker) {
    return isDebugEnabled();
  }

  @Override
  public boolean isInfoEnabled() {
    return shows(Level.INFO);
  }

  @Override
  public boolean isInfoEnabled(Marker marker) {
    return isInfoEnabled();
  }

  @Override
  public boolean isWarnEnabled() {
    return shows(Level.WARN);
  }

  @Override
  public boolean isWarnEnabled(Marker marker) {
    return isWarnEnabled();
  }

  @Override
  public boolean isErrorEnabled() {
    return shows(Level.ERROR);
  }

  @Override
  public boolean isErrorEnabled(Marker marker) {
    return isErrorEnabled();
  }

  @Override
  protected @Nullable String getFullyQualifiedCallerName() {
    return null;
  }
}
