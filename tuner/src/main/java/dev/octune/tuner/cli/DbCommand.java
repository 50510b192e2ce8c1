package dev.octune.tuner.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.octune.db.BackupReport;
import dev.octune.db.PrunePlan;
import dev.octune.db.PruneReport;
import dev.octune.db.TuningDb;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks after the database file. */
@Command(
    name = "db",
    description = "Looks after the tuning database: backup, prune.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(backup|prune)",
    footer = {
      "",
      "Examples:",
      "  octune db backup saved.mv.db",
      "  octune db prune --keep 20 --older-than 720h",
    })
final class DbCommand implements Runnable {
  private static final double BYTES_PER_MIB = 1 << 20;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "what to do is missing: backup or prune");
  }

  @Command(
      name = "backup",
      description = "Copies the database to a new file while others use it.",
      mixinStandardHelpOptions = true)
  int backup(
      @Mixin DbOption database,
      @Mixin JsonOption json,
      @Parameters(paramLabel = "FILE", description = "The file to make; must not exist.") Path to) {
    try (TuningDb db = TuningDb.open(database.file(), TuningDb.Access.READER)) {
      BackupReport made = db.backup(to.toAbsolutePath());
      PrintWriter out = spec.commandLine().getOut();
      if (json.asked()) {
        out.println(
            JsonNodeFactory.instance
                .objectNode()
                .put("file", made.file().toString())
                .put("records", made.counts().records())
                .put("bests", made.counts().bests())
                .put("bytes", made.fileBytes())
                .toPrettyString());
      } else {
        out.printf(
            "%s: %d records, %d confirmed bests, %.1f MiB%n",
            made.file(),
            made.counts().records(),
            made.counts().bests(),
            made.fileBytes() / BYTES_PER_MIB);
      }
    }
    return Octune.EXIT_DONE;
  }

  @Command(
      name = "prune",
      description =
          "Removes old trials that are not among the best of their task, and compacts the file."
              + " Confirmations, defaults and wrong answers stay.",
      mixinStandardHelpOptions = true)
  int prune(
      @Mixin DbOption database,
      @Mixin JsonOption json,
      @Option(
              names = "--keep",
              paramLabel = "N",
              required = true,
              description = "Fastest trials of each task that stay.")
          int keep,
      @Option(
              names = "--older-than",
              paramLabel = "TIME",
              converter = TimeOption.class,
              description = "Only trials measured longer ago than this: 48h; default all.")
          @Nullable Duration olderThan) {
    if (keep < 0) {
      throw new UsageException("--keep is %d, must be at least 0".formatted(keep));
    }
    Duration age = Objects.requireNonNullElse(olderThan, Duration.ZERO);
    Instant before = InstantSource.system().instant().minus(age);
    PruneReport pruned = TuningDb.prune(database.file(), new PrunePlan(keep, before));
    PrintWriter out = spec.commandLine().getOut();
    if (json.asked()) {
      out.println(
          JsonNodeFactory.instance
              .objectNode()
              .put("removed_records", pruned.removedRecords())
              .put("kept_records", pruned.keptRecords())
              .put("bytes_before", pruned.fileBytesBefore())
              .put("bytes_after", pruned.fileBytesAfter())
              .toPrettyString());
    } else {
      out.printf(
          "%d records removed, %d kept, %.1f MiB before, %.1f MiB after%n",
          pruned.removedRecords(),
          pruned.keptRecords(),
          pruned.fileBytesBefore() / BYTES_PER_MIB,
          pruned.fileBytesAfter() / BYTES_PER_MIB);
    }
    return Octune.EXIT_DONE;
  }
}
