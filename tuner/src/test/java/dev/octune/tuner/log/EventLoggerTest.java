package dev.octune.tuner.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

final class EventLoggerTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private EventLogger logger(Level least) {
    return new EventLogger(
        "dev.octune.rpc.X", least, new PrintStream(bytes, true, StandardCharsets.UTF_8));
  }

  /** What was written, without the time. */
  private String written() {
    return bytes.toString(StandardCharsets.UTF_8).replaceFirst("^[0-9TZ:.-]+ ", "");
  }

  @Test
  void fluentEvent_keysAndValues_standBehindTheName() {
    logger(Level.INFO)
        .atInfo()
        .addKeyValue("session", 17)
        .addKeyValue("reason", "no answer for 12 s")
        .log("worker.detached");

    assertEquals("INFO  worker.detached session=17 reason=\"no answer for 12 s\"\n", written());
  }

  @Test
  void value_withLineBreaksAndQuotes_staysOneLine() {
    logger(Level.INFO)
        .atWarn()
        .addKeyValue("reason", "a\nERROR forged\r\"x\"=\u001b[0m")
        .log("worker.refused");

    assertEquals("WARN  worker.refused reason=\"a\\nERROR forged\\r\\\"x\\\"=?[0m\"\n", written());
  }

  @Test
  void value_tooLong_isCut() {
    logger(Level.INFO).atInfo().addKeyValue("reason", "x".repeat(5_000)).log("a.b");

    assertEquals("INFO  a.b reason=" + "x".repeat(500) + "…\n", written());
  }

  @Test
  void level_belowTheLeast_isDropped() {
    logger(Level.INFO).atDebug().addKeyValue("trial", 1).log("trial.sent");
    logger(Level.INFO).debug("x");

    assertEquals("", written());
  }

  @Test
  void sentenceOfALibrary_hasItsOrigin_andItsStackTrace() {
    logger(Level.WARN).error("it {} twice", "broke", new IllegalStateException("why"));

    assertTrue(
        written().startsWith("ERROR dev.octune.rpc.X: it broke twice\njava.lang."), written());
  }

  @Test
  void environment_level_isReadOrInfo() {
    assertEquals(Level.DEBUG, EventLog.level(Map.of("OCTUNE_LOG", "debug")));
    assertEquals(Level.INFO, EventLog.level(Map.of("OCTUNE_LOG", "loud")));
    assertEquals(Level.INFO, EventLog.level(Map.of()));
  }

  @Test
  void slf4j_inThisProgram_isThisOne() {
    assertInstanceOf(EventLogger.class, LoggerFactory.getLogger("dev.octune.tuner.log"));
  }
}
