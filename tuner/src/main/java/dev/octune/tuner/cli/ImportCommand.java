package dev.octune.tuner.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.db.TuningDb;
import dev.octune.db.log.ImportReport;
import dev.octune.db.log.LineProblem;
import dev.octune.db.log.TuningLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes logs of other machines into the database. */
@Command(
    name = "import",
    description =
        "Stores the records of exported files; torn and foreign lines are skipped and named.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  octune import rack7.jsonl rack8.jsonl"})
final class ImportCommand implements Callable<Integer> {
  /** Problems that --json repeats; stderr names each one. */
  private static final int MAX_JSON_PROBLEMS = 1000;

  @Mixin private final JsonOption json = new JsonOption();
  @Mixin private final DbOption database = new DbOption();
  @Mixin private final FormatOption format = new FormatOption();

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files that export wrote.")
  private List<Path> files = List.of();

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() {
    format.check();
    PrintWriter err = spec.commandLine().getErr();
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    ArrayNode reports = report.putArray("files");
    try (TuningDb db = TuningDb.open(database.file(), TuningDb.Access.WRITER)) {
      for (Path file : files) {
        List<LineProblem> problems = new ArrayList<>();
        ImportReport imported =
            TuningLog.importFrom(
                file,
                db,
                problem -> {
                  err.println(problem);
                  if (problems.size() < MAX_JSON_PROBLEMS) {
                    problems.add(problem);
                  }
                });
        reports.add(json(file, imported, problems));
        if (!json.asked()) {
          spec.commandLine()
              .getOut()
              .printf(
                  "%s: %d records and %d confirmed bests stored, %d duplicates, %d lines skipped%n",
                  file,
                  imported.records(),
                  imported.bests(),
                  imported.duplicates(),
                  imported.skipped());
        }
      }
    } catch (IOException e) {
      throw new UsageException(
          "Import: %s can't be read. Mend: give files that octune export wrote"
              .formatted(e.getMessage()),
          e);
    }
    if (json.asked()) {
      spec.commandLine().getOut().println(report.toPrettyString());
    }
    return Octune.EXIT_DONE;
  }

  private static ObjectNode json(Path file, ImportReport imported, List<LineProblem> problems) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("file", file.toString());
    node.put("records", imported.records());
    node.put("bests", imported.bests());
    node.put("duplicates", imported.duplicates());
    node.put("kept_bests", imported.keptBests());
    node.put("skipped", imported.skipped());
    ArrayNode list = node.putArray("problems");
    for (LineProblem problem : problems) {
      list.addObject().put("line", problem.line()).put("what", problem.what());
    }
    return node;
  }
}
