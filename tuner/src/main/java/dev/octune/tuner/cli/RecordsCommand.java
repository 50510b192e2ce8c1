package dev.octune.tuner.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.octune.db.RecordFilter;
import dev.octune.db.TuningDb;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.report.RecordsReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists what was measured. */
@Command(
    name = "records",
    description = "Lists every trial of the tuning database, failures too, with its reason.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  octune records --workload 'dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32'",
      "  octune records --json | jq '[.records[].status] | group_by(.) | map({(.[0]): length})'",
    })
final class RecordsCommand implements Callable<Integer> {
  @Mixin private final JsonOption json = new JsonOption();
  @Mixin private final DbOption database = new DbOption();

  @Option(names = "--workload", paramLabel = "TEXT", description = "Only this workload.")
  private @Nullable String workload;

  @Option(names = "--target", paramLabel = "TEXT", description = "Only this target, a whole text.")
  private @Nullable String target;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() {
    RecordFilter filter = RecordFilter.ALL;
    if (workload != null) {
      filter = filter.withWorkload(Workload.parse(workload));
    }
    if (target != null) {
      filter = filter.withTarget(Target.parse(target));
    }
    PrintWriter out = spec.commandLine().getOut();
    try (TuningDb db = TuningDb.open(database.file(), TuningDb.Access.READER);
        Stream<TuningRecord> records = db.records(filter)) {
      if (json.asked()) {
        writeJson(records, out);
      } else {
        records.forEach(record -> out.println(RecordsReport.line(record)));
      }
    }
    out.flush();
    return Octune.EXIT_DONE;
  }

  /** Streams: a database may hold more records than memory does. */
  private static void writeJson(Stream<TuningRecord> records, PrintWriter out) {
    try {
      JsonGenerator json = new JsonFactory().createGenerator(out);
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeArrayFieldStart("records");
      for (TuningRecord record : (Iterable<TuningRecord>) records::iterator) {
        RecordsReport.write(record, json);
      }
      json.writeEndArray();
      json.writeEndObject();
      json.close();
      out.println();
    } catch (IOException e) {
      throw new UncheckedIOException("stdout can't be written", e);
    }
  }
}
