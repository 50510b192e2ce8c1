package dev.octune.tuner.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.measure.Device;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.landscape.Landscape;
import dev.octune.tuner.landscape.LandscapeRecorder;
import dev.octune.tuner.search.SearchTask;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Records a space, whole or a sample of it, for tests of search. */
@Command(
    name = "landscape",
    description = "Measures a workload's space, whole or a seeded sample, into a small file.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example:",
      "  octune landscape 'dense_int8 m=16 k=768 n=768 act=u8 wgt=s8 out=s32' \\",
      "         --points 1000 -o dense.landscape.gz",
    })
final class LandscapeCommand implements Callable<Integer> {
  /** A line on stderr this often. */
  private static final int REPORT_EVERY_POINTS = 100;

  @Mixin private final JsonOption json = new JsonOption();
  @Mixin private final TargetOption targetOption = new TargetOption();
  @Mixin private final RunnerUserOption runnerUser = new RunnerUserOption();

  @Parameters(paramLabel = "WORKLOAD", description = "A canonical workload text, quoted.")
  private String workload = "";

  @Option(names = "-o", required = true, paramLabel = "FILE", description = "The file to write.")
  private @Nullable Path file;

  @Option(
      names = "--points",
      paramLabel = "N",
      description = "Points to measure; default is the whole space, up to its file's limit.")
  private int points = Landscape.MAX_POINTS;

  @Option(
      names = "--passes",
      paramLabel = "N",
      description =
          "Times that all points are measured, one after another; a point's time is the median."
              + " Default 1; more on a busy machine.")
  private int passes = 1;

  @Option(names = "--seed", paramLabel = "S", description = "Seed of the sample; default 1.")
  private long seed = 1;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() {
    if (points < 1 || points > Landscape.MAX_POINTS) {
      throw new UsageException(
          "--points is %d, must be in [1, %d]".formatted(points, Landscape.MAX_POINTS));
    }
    if (passes < 1) {
      throw new UsageException("--passes is %d, must be at least 1".formatted(passes));
    }
    Path output = java.util.Objects.requireNonNull(file);
    Host host = Host.detect();
    Target target = targetOption.resolveRunnable(host);
    KernelLibrary library = KernelLibrary.standard(Wiring.weights());
    SearchTask task = Spaces.task(library, Workload.parse(workload), target);
    PrintWriter err = spec.commandLine().getErr();
    try (Device device = Wiring.device(library, target, host, runnerUser.here())) {
      Landscape landscape =
          LandscapeRecorder.record(
              device,
              task,
              points,
              passes,
              seed,
              (done, of, schedule, measurement) -> {
                if (done % REPORT_EVERY_POINTS == 0 || done == of) {
                  err.printf("%d/%d measurements%n", done, of);
                }
                if (measurement instanceof Measurement.WrongAnswer wrong) {
                  err.printf("wrong answer at '%s': %s%n", schedule, wrong.what());
                }
              });
      landscape.write(output);
      report(output, landscape);
    } catch (IOException e) {
      throw new UncheckedIOException("Landscape " + output + " can't be written", e);
    }
    return Octune.EXIT_DONE;
  }

  private void report(Path output, Landscape landscape) {
    PrintWriter out = spec.commandLine().getOut();
    if (json.asked()) {
      out.println(
          JsonNodeFactory.instance
              .objectNode()
              .put("file", output.toString())
              .put("points", landscape.points().size())
              .put("space_size", landscape.spaceSize())
              .toPrettyString());
    } else {
      out.printf("%s: %d of %d points%n", output, landscape.points().size(), landscape.spaceSize());
    }
  }
}
