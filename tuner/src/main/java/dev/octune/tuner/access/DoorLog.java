package dev.octune.tuner.access;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who knocks: logins that failed, workers that came or were refused, as lines of the audit log.
 * Anybody can cause them, so they are bounded whoever asks, and what was left out is counted in the
 * next line that is written. Thread-safe; never blocks.
 */
public final class DoorLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DoorLog.class);

  /** Of one source: a person's slips, a rack that starts. One that goes on is known by then. */
  static final int SOURCE_BURST = 20;

  private static final Duration SOURCE_EVERY = Duration.ofMinutes(1);

  /** Of all strangers together, who may knock from many addresses, and of all holders of tokens. */
  static final int ALL_BURST = 500;

  /** With {@link #MAX_CHARS} a text: at most 15 MB a day, however many knock. */
  private static final Duration ALL_EVERY = Duration.ofSeconds(10);

  /** Of each text that a stranger chooses. */
  static final int MAX_CHARS = 200;

  /** A disk that stands still may hold so many lines up; the rest is left out and counted. */
  private static final int MAX_WAITING = 1000;

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  /** Strangers must not be able to crowd out what holders of tokens do. */
  private static final String STRANGERS = "strangers";

  private static final String HOLDERS = "holders";

  private final AuditLog log;
  private final RateLimit ofSource;
  private final RateLimit ofAll;
  private final AtomicLong leftOut = new AtomicLong();
  private final ThreadPoolExecutor writer =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MAX_WAITING),
          Thread.ofPlatform().daemon().name("octune-door-log").factory());

  /**
   * @param nanoTime what the limits go by
   */
  public DoorLog(AuditLog log, LongSupplier nanoTime) {
    this.log = log;
    this.ofSource = new RateLimit(SOURCE_BURST, SOURCE_EVERY, nanoTime);
    this.ofAll = new RateLimit(ALL_BURST, ALL_EVERY, nanoTime);
  }

  /**
   * Somebody stands at the door.
   *
   * @param source what the limit of one goes by: a stranger's host, a holder's token
   * @param who principal's name, or the host where nobody knows it
   * @param tokenId empty for a stranger
   * @param what such as {@code login.refused}
   * @param on what it wanted
   * @param outcome how it ended
   */
  public void knocked(
      String source, String who, String tokenId, String what, String on, String outcome) {
    if (!ofSource.take(source) || !ofAll.take(tokenId.isEmpty() ? STRANGERS : HOLDERS)) {
      leftOut.incrementAndGet();
      return;
    }
    long before = leftOut.getAndSet(0);
    String ending =
        before == 0
            ? cut(outcome)
            : "%s; %d before were not written".formatted(cut(outcome), before);
    try {
      writer.execute(() -> write(cut(who), tokenId, what, cut(on), ending));
    } catch (RejectedExecutionException _) {
      leftOut.addAndGet(before + 1);
    }
  }

  private void write(String who, String tokenId, String what, String on, String outcome) {
    try {
      log.write(who, tokenId, what, on, outcome);
    } catch (AccessException e) {
      // Nobody waits for it; deeds that need the log fail by themselves.
      LOG.atWarn().setCause(e).addKeyValue("what", what).log("audit.unwritable");
    }
  }

  private static String cut(String text) {
    return text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS) + "…";
  }

  /** Writes what waits. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      if (!writer.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.atWarn().addKeyValue("lines", writer.getQueue().size()).log("audit.cut");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
