package dev.octune.workers.local;

import dev.octune.kernels.codegen.KernelSource;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.workers.run.Packing;
import dev.octune.workers.run.Problem;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One candidate on its way to a kernel. Guarded by the lock of the {@link WorkQueue} it is in. */
final class Part {
  /** How far it is. */
  enum Stage {
    QUEUED,
    EMITTING,
    EMITTED,
    BUILDING,
    BUILT
  }

  /** What building came to. */
  sealed interface Outcome {
    /** A kernel to run. */
    record Ready(Packing.Kernel kernel) implements Outcome {}

    /** Why there is none. */
    record Failed(Measurement why) implements Outcome {}
  }

  final Candidate candidate;
  final CompletableFuture<Problem> problem;
  Stage stage = Stage.QUEUED;
  private @Nullable KernelSource source;
  private @Nullable Outcome outcome;

  Part(Candidate candidate, CompletableFuture<Problem> problem) {
    this.candidate = candidate;
    this.problem = problem;
  }

  void emitted(KernelSource newSource) {
    source = newSource;
    stage = Stage.EMITTED;
  }

  void built(Outcome newOutcome) {
    source = null;
    outcome = newOutcome;
    stage = Stage.BUILT;
  }

  KernelSource source() {
    if (source == null) {
      throw new IllegalStateException("no source in stage " + stage);
    }
    return source;
  }

  Outcome outcome() {
    if (outcome == null) {
      throw new IllegalStateException("no outcome in stage " + stage);
    }
    return outcome;
  }

  boolean isReady() {
    return stage == Stage.BUILT && (outcome instanceof Outcome.Failed || problem.isDone());
  }
}
