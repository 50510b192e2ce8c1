package dev.octune.tuner.cli;

import dev.octune.db.RecordFilter;
import dev.octune.db.TuningDb;
import dev.octune.db.log.TuningLog;
import dev.octune.kernels.workload.Workload;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes the database as a log that other machines import. */
@Command(
    name = "export",
    description = "Writes the tuning database as JSON lines with checksums.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  octune export -o rack7.jsonl"})
final class ExportCommand implements Callable<Integer> {
  @Mixin private final DbOption database = new DbOption();
  @Mixin private final FormatOption format = new FormatOption();

  @Option(names = "--workload", paramLabel = "TEXT", description = "Only this workload.")
  private @Nullable String workload;

  @Option(names = "-o", paramLabel = "FILE", description = "The file to write; default stdout.")
  private @Nullable Path file;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() {
    format.check();
    RecordFilter filter =
        workload == null
            ? RecordFilter.ALL
            : RecordFilter.ALL.withWorkload(Workload.parse(workload));
    try (TuningDb db = TuningDb.open(database.file(), TuningDb.Access.READER)) {
      TuningDb.Counts counts =
          file == null
              ? write(db, filter, new FileOutputStream(FileDescriptor.out))
              : writeFile(db, filter, file);
      spec.commandLine()
          .getErr()
          .printf("%d records, %d confirmed bests%n", counts.records(), counts.bests());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Export to %s failed. Mend: check its folder and the room there"
              .formatted(file == null ? "stdout" : file),
          e);
    }
    return Octune.EXIT_DONE;
  }

  /** The file appears whole or not at all. */
  private static TuningDb.Counts writeFile(TuningDb db, RecordFilter filter, Path file)
      throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      TuningDb.Counts counts = write(db, filter, Files.newOutputStream(part));
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
      return counts;
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static TuningDb.Counts write(TuningDb db, RecordFilter filter, OutputStream to)
      throws IOException {
    try (OutputStream out = new BufferedOutputStream(to)) {
      return TuningLog.exportTo(out, db, filter, Version.text());
    }
  }
}
