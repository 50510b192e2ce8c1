package dev.octune.workers.local;

import dev.octune.kernels.codegen.KernelSource;
import dev.octune.kernels.measure.Measurement;
import dev.octune.workers.build.BuildRequest;
import dev.octune.workers.build.BuildResult;
import dev.octune.workers.build.Builder;
import dev.octune.workers.build.Image;
import dev.octune.workers.run.Code;
import dev.octune.workers.run.Packing;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** From a generated source to a kernel; packing is built once per layout. Thread-safe. */
final class PartBuilder {
  /** Images of some 10 KB each; more than the layouts of the tasks that are tuned at once. */
  private static final int MAX_PACKINGS = 512;

  private final LinkedHashMap<String, CompletableFuture<BuildResult<Image>>> packings =
      new LinkedHashMap<>(16, 0.75f, true);

  /** Builds with the given children and waits. */
  Part.Outcome build(KernelSource source, Builder builder) throws InterruptedException {
    BuildResult<Image> run = built(source, source.runIr(), builder);
    if (!(run instanceof BuildResult.Built<Image>(Image code, long _))) {
      return new Part.Outcome.Failed(failure(run, "kernel"));
    }
    BuildResult<Image> packing = packing(source, builder);
    if (!(packing instanceof BuildResult.Built<Image>(Image packCode, long _))) {
      return new Part.Outcome.Failed(failure(packing, "packing"));
    }
    return new Part.Outcome.Ready(
        new Packing.Kernel(
            new Packing(
                source.layout(),
                bytes(packCode),
                packCode.entry(KernelSource.PACK_ACT),
                packCode.entry(KernelSource.PACK_WGT),
                packCode.find(KernelSource.PACK_QUANT),
                packCode.entry(KernelSource.UNPACK_OUT),
                source.actBytes(),
                source.wgtBytes(),
                source.outBytes()),
            new Code(bytes(code), code.entry(KernelSource.RUN))));
  }

  static byte[] bytes(Image image) {
    byte[] bytes = new byte[image.sizeBytes()];
    image.bytes().get(bytes);
    return bytes;
  }

  private BuildResult<Image> packing(KernelSource source, Builder builder)
      throws InterruptedException {
    CompletableFuture<BuildResult<Image>> mine = new CompletableFuture<>();
    CompletableFuture<BuildResult<Image>> known;
    synchronized (packings) {
      known = packings.putIfAbsent(source.layout(), mine);
      if (packings.size() > MAX_PACKINGS) {
        Map.Entry<String, CompletableFuture<BuildResult<Image>>> oldest = packings.firstEntry();
        packings.remove(oldest.getKey());
      }
    }
    if (known != null) {
      return await(known);
    }
    try {
      BuildResult<Image> result = built(source, source.packIr(), builder);
      mine.complete(result);
      if (!(result instanceof BuildResult.Built<Image>)) {
        forget(source);
      }
      return result;
    } finally {
      // Whoever waits must not wait for ever, should this thread be on its way out.
      if (mine.complete(new BuildResult.Unavailable<>("building the packing was broken off"))) {
        forget(source);
      }
    }
  }

  private void forget(KernelSource source) {
    synchronized (packings) {
      packings.remove(source.layout());
    }
  }

  private static BuildResult<Image> built(KernelSource source, String ir, Builder builder)
      throws InterruptedException {
    return builder.build(new BuildRequest(source.target().isa(), ir));
  }

  private static Measurement failure(BuildResult<Image> result, String what) {
    return switch (result) {
      case BuildResult.Refused<Image>(String reason) ->
          new Measurement.BuildFailed(what + ": " + reason);
      case BuildResult.Died<Image>(String reason) ->
          new Measurement.BuildFailed(what + ": " + reason);
      case BuildResult.Unavailable<Image>(String reason) -> new Measurement.DeviceLost(reason);
      case BuildResult.TimedOut<Image>(var limit) ->
          new Measurement.TimedOut("build", limit.toMillis());
      case BuildResult.Built<Image> built ->
          throw new IllegalArgumentException("built after all: " + built);
    };
  }

  private static <T> T await(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a build future failed", e.getCause());
    }
  }
}
