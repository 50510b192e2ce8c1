package dev.octune.tuner.cli;

import dev.octune.db.DbException;
import dev.octune.db.TuningDb;
import dev.octune.db.match.LookupResult;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.report.LookupReport;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks the database for the best schedule of a workload. */
@Command(
    name = "lookup",
    description = "Asks the tuning database for the best schedule of a workload.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The match is exact (this workload, this target), compatible (the record's value ranges hold",
      "the workload's, or it needs fewer instructions), nearest (another shape's schedule that is",
      "legal here; no time is claimed) or none. The exit code is 0 for each of them.",
      "",
      "Example:",
      "  octune lookup 'dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32' --json",
    })
final class LookupCommand implements Callable<Integer> {
  @Mixin private final JsonOption json = new JsonOption();
  @Mixin private final TargetOption target = new TargetOption();
  @Mixin private final DbOption database = new DbOption();

  @Parameters(paramLabel = "WORKLOAD", description = "A canonical workload text, quoted.")
  private String workload = "";

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() {
    Workload asked = Workload.parse(workload);
    Target on = target.resolve(Host.detect());
    LookupReport report = new LookupReport(asked, on, lookup(asked, on));
    PrintWriter out = spec.commandLine().getOut();
    out.print(json.asked() ? report.json().toPrettyString() + "\n" : report.text());
    out.flush();
    return Octune.EXIT_DONE;
  }

  private LookupResult<ConfirmedBest> lookup(Workload asked, Target on) {
    KernelLibrary library = KernelLibrary.standard(Wiring.weights());
    try (TuningDb db = TuningDb.open(database.file(), TuningDb.Access.READER)) {
      return db.lookup(asked, on, library::contains);
    } catch (DbException e) {
      if (e.reason() == DbException.Reason.MISSING && database.isDefault()) {
        spec.commandLine().getErr().println("octune: nothing was tuned yet: " + e.getMessage());
        return new LookupResult.None<>();
      }
      throw e;
    }
  }
}
