package dev.octune.tuner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import java.io.ByteArrayOutputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What logback.xml makes of events. */
class EventLogTest {
  private final LoggerContext context = new LoggerContext();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @BeforeEach
  void configure() throws JoranException {
    URL file = EventLogTest.class.getResource("/logback.xml");
    context.setMDCAdapter(new LogbackMDCAdapter());
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(file);
    ConsoleAppender<ILoggingEvent> appender =
        (ConsoleAppender<ILoggingEvent>)
            context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("stderr");
    appender.setOutputStream(bytes);
  }

  /** What was written, without the time. */
  private String written() {
    return bytes.toString(StandardCharsets.UTF_8).replaceFirst("^[0-9TZ:.-]+ ", "");
  }

  @Test
  void fluentEvent_keysAndValues_standBehindTheName() {
    context
        .getLogger("dev.octune.rpc.X")
        .atInfo()
        .addKeyValue("session", 17)
        .addKeyValue("reason", "no answer for 12 s")
        .log("worker.detached");

    assertEquals("INFO  worker.detached session=\"17\" reason=\"no answer for 12 s\"\n", written());
  }

  @Test
  void value_withLineBreaksAndControlCodes_staysOneLine() {
    context
        .getLogger("dev.octune.rpc.X")
        .atWarn()
        .addKeyValue("reason", "a\nERROR forged\r\u001b[0m")
        .log("worker.refused");

    assertEquals("WARN  worker.refused reason=\"a?ERROR forged??[0m\"\n", written());
  }

  @Test
  void value_tooLong_isCut() {
    context
        .getLogger("dev.octune.rpc.X")
        .atInfo()
        .addKeyValue("reason", "x".repeat(50_000))
        .log("a.b");

    int length = written().length();
    assertTrue(length > 1000 && length < 10_000, () -> length + " characters");
  }

  @Test
  void levels_ownFromInfo_librariesFromWarn() {
    assertFalse(context.getLogger("dev.octune.tuner").isDebugEnabled());
    assertTrue(context.getLogger("dev.octune.tuner").isInfoEnabled());
    assertFalse(context.getLogger("io.vertx.core").isInfoEnabled());
  }
}
