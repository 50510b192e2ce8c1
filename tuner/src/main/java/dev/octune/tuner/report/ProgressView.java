package dev.octune.tuner.report;

import dev.octune.tuner.job.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Live progress on stderr: one line that rewrites itself on a terminal, a plain line now and then
 * elsewhere. Confined to the job's thread.
 */
public final class ProgressView {
  /** Often enough to look alive, seldom enough to cost nothing. */
  private static final long TERMINAL_INTERVAL_MILLIS = 100;

  /** In a log, a line every few seconds is enough. */
  private static final long PLAIN_INTERVAL_MILLIS = 5_000;

  /** Below this share of the work the time left would be a guess. */
  private static final double ENOUGH_TO_GUESS_FROM = 0.02;

  private static final int BAR_CELLS = 20;
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintWriter err;
  private final boolean terminal;
  private final int columns;
  private long lastMillis = Long.MIN_VALUE / 2;
  private int lastTask = -1;
  private boolean saidConfirming;
  private Duration firstShown = Duration.ZERO;

  /**
   * @param terminal whether err is one
   * @param columns its width
   */
  public ProgressView(PrintWriter err, boolean terminal, int columns) {
    this.err = err;
    this.terminal = terminal;
    this.columns = columns;
  }

  /** Shows where the job stands, if it is time to. */
  public void show(Progress progress, Duration sinceStart, Duration limit) {
    if (firstShown.isZero()) {
      // A build or a slow start before the first trial says nothing of how fast trials go.
      firstShown = sinceStart;
    }
    int task = progress.current().map(Progress.Current::index).orElse(lastTask);
    boolean news = task != lastTask || (progress.confirming() && !saidConfirming);
    long interval = terminal ? TERMINAL_INTERVAL_MILLIS : PLAIN_INTERVAL_MILLIS;
    long now = sinceStart.toMillis();
    if (now - lastMillis < interval && !(news && terminal)) {
      return;
    }
    lastMillis = now;
    lastTask = task;
    saidConfirming = progress.confirming();
    String line = line(progress, sinceStart.minus(firstShown), limit);
    if (terminal) {
      int shown = Math.min(line.length(), Math.max(columns - 1, 1));
      err.print(CLEAR_LINE + line.substring(0, shown));
      err.flush();
    } else {
      err.println(line);
    }
  }

  /** Leaves the terminal's line empty for what comes next. */
  public void clear() {
    if (terminal) {
      err.print(CLEAR_LINE);
      err.flush();
    }
  }

  private static String line(Progress progress, Duration running, Duration limit) {
    int planned = Math.max(progress.plannedTrials(), 1);
    double byTrials = (double) progress.trials() / planned;
    double byTime = limit.isZero() ? 0 : (double) running.toMillis() / limit.toMillis();
    double done = Math.min(1, Math.max(byTrials, byTime));
    StringBuilder line = new StringBuilder(bar(done));
    line.append(
        String.format(Locale.ROOT, " %d/%d trials", progress.trials(), progress.plannedTrials()));
    if (progress.confirming()) {
      return line.append(", confirming the best side by side").toString();
    }
    // A narrow terminal cuts the line's end, so what matters most stands first.
    if (done > ENOUGH_TO_GUESS_FROM) {
      double seconds = running.toMillis() / 1e3;
      line.append(String.format(Locale.ROOT, ", %.0f s left", seconds * (1 - done) / done));
    }
    progress.current().ifPresent(current -> line.append(task(current, progress.tasks())));
    return line.toString();
  }

  private static String task(Progress.Current current, int tasks) {
    OptionalDouble best = current.bestNanos();
    String soFar =
        best.isEmpty()
            ? ""
            : String.format(
                Locale.ROOT,
                ", best %s (%.0f GOPS)",
                TuneReport.duration(best.getAsDouble()),
                current.workload().gops(best.getAsDouble()));
    return "%s, task %d/%d %s"
        .formatted(soFar, current.index() + 1, tasks, Shorthand.of(current.workload()));
  }

  private static String bar(double done) {
    int full = (int) Math.round(done * BAR_CELLS);
    return "[" + "#".repeat(full) + "-".repeat(BAR_CELLS - full) + "]";
  }
}
