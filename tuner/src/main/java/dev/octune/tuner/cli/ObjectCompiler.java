package dev.octune.tuner.cli;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.space.Candidate;
import dev.octune.tuner.lookup.KernelCompiler;
import dev.octune.workers.build.BuildRequest;
import dev.octune.workers.build.BuildResult;
import dev.octune.workers.build.Builder;
import dev.octune.workers.build.Output;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Makes kernel objects in a builder's child, which starts with the first one: a service that nobody
 * asks for objects keeps its memory. Thread-safe.
 */
final class ObjectCompiler implements KernelCompiler, AutoCloseable {
  private final KernelLibrary library;
  private @Nullable Builder builder;
  private boolean closed;

  ObjectCompiler(KernelLibrary library) {
    this.library = library;
  }

  @Override
  public Compiled compile(Candidate candidate, String symbol) throws InterruptedException {
    BuildRequest request =
        new BuildRequest(candidate.target().isa(), library.emitStandalone(candidate, symbol));
    return switch (builder().emit(request, Output.OBJECT)) {
      case BuildResult.Built<byte[]>(byte[] object, long _) ->
          new Compiled.Built(ByteBuffer.wrap(object));
      case BuildResult.Refused<byte[]>(String reason) -> new Compiled.Refused(reason);
      case BuildResult.Died<byte[]>(String reason) -> new Compiled.Refused(reason);
      case BuildResult.Unavailable<byte[]>(String reason) -> new Compiled.Unavailable(reason);
      case BuildResult.TimedOut<byte[]>(Duration limit) ->
          new Compiled.Unavailable("it took longer than " + limit);
    };
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (builder != null) {
      builder.close();
    }
  }

  private synchronized Builder builder() {
    if (closed) {
      throw new IllegalStateException("the compiler was closed");
    }
    Builder running = builder;
    if (running == null) {
      running = Wiring.builder();
      builder = running;
    }
    return running;
  }
}
