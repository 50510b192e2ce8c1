package dev.octune.tuner.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.db.DbException;
import dev.octune.db.TuningDb;
import dev.octune.db.match.LookupResult;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.text.TextException;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.artifact.KernelFiles;
import dev.octune.workers.build.BuildRequest;
import dev.octune.workers.build.BuildResult;
import dev.octune.workers.build.Builder;
import dev.octune.workers.build.Output;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a kernel as files for other programs. */
@Command(
    name = "kernel",
    description =
        "Writes a workload's kernel as object file, C header, LLVM IR and assembly. The schedule is"
            + " the given one, else the database's, else the default.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example:",
      "  octune kernel 'dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32' -o out && cc main.c"
          + " out/kernel.o",
    })
final class KernelCommand implements Callable<Integer> {
  private static final String C_IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]{0,63}";

  @Mixin private final JsonOption json = new JsonOption();
  @Mixin private final TargetOption targetOption = new TargetOption();
  @Mixin private final DbOption database = new DbOption();

  @Parameters(paramLabel = "WORKLOAD", description = "A canonical workload text, quoted.")
  private String workload = "";

  @Option(
      names = "--schedule",
      paramLabel = "TEXT",
      description = "This schedule, a point of the workload's space (see octune space).")
  private @Nullable String schedule;

  @Option(
      names = "--symbol",
      paramLabel = "NAME",
      defaultValue = "octune_kernel",
      description = "Prefix of the functions; default octune_kernel.")
  private String symbol = "octune_kernel";

  @Option(names = "-o", required = true, paramLabel = "DIR", description = "The folder to fill.")
  private @Nullable Path folder;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    if (!symbol.matches(C_IDENTIFIER)) {
      throw new UsageException(
          "--symbol '%s' is not a C identifier. Mend: use letters, digits and _".formatted(symbol));
    }
    Target target = targetOption.resolve(Host.detect());
    KernelLibrary library = KernelLibrary.standard(Wiring.weights());
    Workload asked = Workload.parse(workload);
    Spaces.requireCovered(library, asked, target);
    Chosen chosen = choose(library, asked, target);
    Candidate candidate = new Candidate(asked, target, chosen.schedule());
    if (!library.contains(candidate)) {
      throw new TextException(
          "schedule '%s' is not a point of the space of '%s' on '%s'. Mend: see octune space"
              .formatted(candidate.schedule(), asked, target));
    }
    String ir = library.emitStandalone(candidate, symbol);
    Path output = Objects.requireNonNull(folder);
    try (Builder builder = Wiring.builder()) {
      BuildRequest request = new BuildRequest(target.isa(), ir);
      KernelFiles files =
          new KernelFiles(
              candidate,
              symbol,
              ir,
              built(builder.emit(request, Output.ASSEMBLY)),
              built(builder.emit(request, Output.OBJECT)),
              Wiring.compilerVersion(),
              chosen.origin());
      report(candidate, chosen, files.write(output));
    } catch (IOException e) {
      throw new UncheckedIOException("Kernel files in " + output + " can't be written", e);
    }
    return Octune.EXIT_DONE;
  }

  private void report(Candidate candidate, Chosen chosen, List<Path> files) {
    PrintWriter out = spec.commandLine().getOut();
    if (!json.asked()) {
      files.forEach(out::println);
      return;
    }
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    report.put("schedule", candidate.schedule().text());
    report.put("schedule_from", chosen.origin());
    ArrayNode written = report.putArray("files");
    files.forEach(file -> written.add(file.toString()));
    out.println(report.toPrettyString());
  }

  private record Chosen(Schedule schedule, String origin) {}

  private Chosen choose(KernelLibrary library, Workload asked, Target target) {
    if (schedule != null) {
      return new Chosen(Schedule.parse(schedule), "given");
    }
    try (TuningDb db = TuningDb.open(database.file(), TuningDb.Access.READER)) {
      LookupResult<ConfirmedBest> found = db.lookup(asked, target, library::contains);
      // A compatible record's schedule need not be a point of this target's own space.
      return found
          .record()
          .map(best -> best.best().schedule())
          .filter(s -> library.contains(new Candidate(asked, target, s)))
          .map(s -> new Chosen(s, "database (" + found.match() + ")"))
          .orElseGet(() -> new Chosen(library.defaultSchedule(asked, target), "default"));
    } catch (DbException e) {
      if (e.reason() == DbException.Reason.MISSING && database.isDefault()) {
        return new Chosen(library.defaultSchedule(asked, target), "default");
      }
      throw e;
    }
  }

  private static ByteBuffer built(BuildResult<byte[]> result) {
    return switch (result) {
      case BuildResult.Built<byte[]>(byte[] bytes, long _) -> ByteBuffer.wrap(bytes);
      case BuildResult.Refused<byte[]>(String reason) ->
          throw new IllegalStateException("The compiler refused the kernel: " + reason);
      case BuildResult.Died<byte[]>(String reason) ->
          throw new IllegalStateException("The compiler died: " + reason);
      case BuildResult.Unavailable<byte[]>(String reason) ->
          throw new IllegalStateException("There is no compiler: " + reason);
      case BuildResult.TimedOut<byte[]>(java.time.Duration limit) ->
          throw new IllegalStateException("The compiler took longer than " + limit);
    };
  }
}
