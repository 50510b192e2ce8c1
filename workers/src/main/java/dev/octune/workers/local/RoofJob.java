package dev.octune.workers.local;

import dev.octune.kernels.codegen.RoofLoop;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.target.Target;
import dev.octune.workers.build.BuildRequest;
import dev.octune.workers.build.BuildResult;
import dev.octune.workers.build.Builder;
import dev.octune.workers.build.Image;
import dev.octune.workers.run.Code;
import dev.octune.workers.run.Runner;
import dev.octune.workers.run.RunnerException;
import dev.octune.workers.run.Sandbox;
import dev.octune.workers.run.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The register loops of a target, built and timed one after the other. */
final class RoofJob extends Job {
  final CompletableFuture<Roofs> result = new CompletableFuture<>();
  private final List<RoofLoop> loops;
  private final Target target;
  private final List<Integer> cpus;
  private final Builder builder;

  RoofJob(List<RoofLoop> loops, Target target, List<Integer> cpus, Builder builder) {
    super(List.of());
    this.loops = List.copyOf(loops);
    this.target = target;
    this.cpus = List.copyOf(cpus);
    this.builder = builder;
  }

  @Override
  void run(RunnerKeeper runners) throws RunnerException {
    List<Roofs.Roof> roofs = new ArrayList<>();
    @Nullable Sandbox sandbox = null;
    for (RoofLoop loop : loops) {
      Verdict verdict = runners.lasting().timeLoop(build(loop), MeasurePlan.roof(target, cpus));
      if (!(verdict instanceof Verdict.Exact exact)) {
        throw new IllegalStateException("roof loop of %s: %s".formatted(loop.leaf(), verdict));
      }
      sandbox = sandbox == null ? exact.sandbox() : sandbox.and(exact.sandbox());
      // Nothing makes a loop in registers faster than it is: whatever lies above was disturbed.
      double nanos =
          exact.placements().getFirst().getFirst().samples().stream()
              .mapToDouble(Measurement.Sample::nanosPerCall)
              .min()
              .orElseThrow();
      roofs.add(new Roofs.Roof(loop.leaf(), 2.0 * loop.macsPerCall() * target.threads() / nanos));
    }
    result.complete(new Roofs(roofs, sandbox == null ? runners.lasting().sandbox(cpus) : sandbox));
  }

  @Override
  void lost(String reason) {
    result.completeExceptionally(new IllegalStateException(reason));
  }

  @Override
  void closed(IllegalStateException why) {
    result.completeExceptionally(why);
  }

  private Code build(RoofLoop loop) {
    if (Math.max(loop.actBytes(), Math.max(loop.wgtBytes(), loop.outBytes()))
        > Runner.LOOP_BUFFER_BYTES) {
      throw new IllegalArgumentException(
          "the loop of %s needs more than %d bytes of a buffer"
              .formatted(loop.leaf(), Runner.LOOP_BUFFER_BYTES));
    }
    try {
      BuildResult<Image> built = builder.build(new BuildRequest(target.isa(), loop.irText()));
      if (built instanceof BuildResult.Built<Image>(Image image, long _)) {
        return new Code(PartBuilder.bytes(image), image.entry(loop.symbol()));
      }
      throw new IllegalStateException("roof loop of %s: %s".formatted(loop.leaf(), built));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the device is closed", e);
    }
  }
}
