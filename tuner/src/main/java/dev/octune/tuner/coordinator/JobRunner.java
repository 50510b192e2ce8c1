package dev.octune.tuner.coordinator;

import dev.octune.tuner.job.Effect;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prepares jobs and steps their machines, each job's in order, beside the coordinator's thread:
 * spaces are enumerated, records read and cost models trained here. Called by one thread; answers
 * come on others.
 */
final class JobRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);

  private final JobPreparation preparation;
  private final Consumer<CoordinatorEvent> answers;
  private final ExecutorService preparing;
  private final ExecutorService stepping;

  /** The last thing that each prepared job was told. */
  private final IdentityHashMap<PreparedJob, CompletableFuture<Void>> last =
      new IdentityHashMap<>();

  JobRunner(JobPreparation preparation, Consumer<CoordinatorEvent> answers) {
    this.preparation = preparation;
    this.answers = answers;
    // Platform threads: JNI is called on them. Few: what is measured needs CPUs too.
    this.preparing =
        Executors.newFixedThreadPool(
            1, Thread.ofPlatform().name("octune-job-preparation").daemon().factory());
    this.stepping =
        Executors.newFixedThreadPool(
            Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4),
            Thread.ofPlatform().name("octune-job-", 0).daemon().factory());
  }

  void prepare(CoordinatorEffect.Prepare wanted) {
    var _ =
        CompletableFuture.supplyAsync(
                () -> preparation.prepare(wanted.job(), wanted.spec(), wanted.devices()), preparing)
            .handle(
                (prepared, failure) -> {
                  answers.accept(
                      failure == null
                          ? new CoordinatorEvent.JobPrepared(
                              wanted.job(), wanted.preparation(), prepared)
                          : new CoordinatorEvent.PreparationFailed(
                              wanted.job(), wanted.preparation(), reason(failure)));
                  return true;
                });
  }

  void step(CoordinatorEffect.StepJob wanted) {
    then(wanted.prepared(), () -> answers.accept(stepped(wanted)));
  }

  CompletableFuture<Void> release(PreparedJob prepared) {
    then(
        prepared,
        () -> {
          try {
            prepared.search().close();
          } catch (Exception e) {
            // Nothing waits for it, and the job has what it wanted.
            LOG.warn("a job's search does not close", e);
          }
        });
    return Objects.requireNonNull(last.remove(prepared));
  }

  @Override
  public void close() {
    preparing.shutdown();
    List<CompletableFuture<Void>> open = new ArrayList<>();
    for (PreparedJob prepared : List.copyOf(last.keySet())) {
      open.add(release(prepared));
    }
    CompletableFuture.allOf(open.toArray(CompletableFuture<?>[]::new)).join();
    stepping.shutdown();
  }

  private void then(PreparedJob prepared, Runnable work) {
    last.put(
        prepared,
        last.getOrDefault(prepared, CompletableFuture.completedFuture(null))
            .thenRunAsync(work, stepping));
  }

  private static CoordinatorEvent stepped(CoordinatorEffect.StepJob wanted) {
    try {
      List<Effect> effects = wanted.prepared().job().step(wanted.event(), wanted.at());
      return new CoordinatorEvent.JobStepped(
          wanted.job(),
          wanted.prepared(),
          wanted.event(),
          effects,
          wanted.prepared().job().progress().plannedTrials());
    } catch (RuntimeException | LinkageError e) {
      // One job's fault, such as a cost model that fails, must not end the others.
      return new CoordinatorEvent.JobBroken(wanted.job(), wanted.prepared(), reason(e));
    }
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return String.valueOf(cause.getMessage() == null ? cause : cause.getMessage());
  }
}
