package dev.octune.tuner.log;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * What SLF4J finds in this program. {@code OCTUNE_LOG=debug} in the environment shows more of
 * Octune's own events; libraries speak from WARN on. Thread-safe.
 */
public final class EventLog implements SLF4JServiceProvider {
  /** The version of SLF4J's contract that this was written for. */
  private static final String API_VERSION = "2.0.99";

  static final String LEVEL_VARIABLE = "OCTUNE_LOG";

  private final ILoggerFactory loggers;
  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final MDCAdapter contexts = new NOPMDCAdapter();

  /** Called by SLF4J, once. */
  public EventLog() {
    Level own = level(System.getenv());
    loggers =
        name ->
            new EventLogger(name, name.startsWith("dev.octune.") ? own : Level.WARN, System.err);
  }

  /** INFO unless the environment says otherwise; a word that is no level is INFO as well. */
  static Level level(Map<String, String> environment) {
    String asked = environment.getOrDefault(LEVEL_VARIABLE, "");
    for (Level level : Level.values()) {
      if (level.name().equalsIgnoreCase(asked)) {
        return level;
      }
    }
    return Level.INFO;
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return loggers;
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public @Nullable MDCAdapter getMDCAdapter() {
    return contexts;
  }

  @Override
  public String getRequestedApiVersion() {
    return API_VERSION;
  }

  @Override
  public void initialize() {}
}
