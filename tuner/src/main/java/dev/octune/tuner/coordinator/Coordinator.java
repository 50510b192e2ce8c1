package dev.octune.tuner.coordinator;

import dev.octune.db.TuningDb;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The service's jobs and devices. Thread-safe; no method blocks but {@link #close} and, for a job
 * so old that only the database has it, {@link #job}. Futures complete on the coordinator's thread:
 * whoever waits for one there must return at once.
 */
public interface Coordinator extends AutoCloseable {
  /**
   * Goes on from what a database knows. Jobs that ran before run on once devices attach.
   *
   * @param library of which workers have the same version
   * @param db open for writing; closed by the caller, after the coordinator
   * @param clock the time of day; it may leap
   */
  static Coordinator open(
      CoordinatorSettings settings, KernelLibrary library, TuningDb db, InstantSource clock) {
    return ServiceCoordinator.open(settings, library, db, clock);
  }

  /** Takes a job on. Ends in Accepted once it is durable, or in Refused. */
  CompletableFuture<Outcome> submit(JobSpec spec);

  /**
   * Ends a job, what is measured kept.
   *
   * @param who an owner's or administrator's name
   * @param why in words for the job's owner
   */
  CompletableFuture<Outcome> cancel(JobId job, String who, String why);

  /** Halts a job; trials that are not answered yet are given up and measured after the resume. */
  CompletableFuture<Outcome> pause(JobId job, String who, String why);

  /** Queues a halted job again. */
  CompletableFuture<Outcome> resume(JobId job, String who, String why);

  /** Trusts a quarantined device again; it is calibrated before it gets work. */
  CompletableFuture<Outcome> release(DeviceId device, String who);

  /** Jobs that have not ended and the newest of the others, in the order of their numbers. */
  List<JobView> jobs();

  /** A job, however old. */
  Optional<JobView> job(JobId job);

  /** Devices that ever attached, in the order of their names. */
  List<DeviceView> devices();

  /** What devices of a key run; empty while none of them has ever attached. */
  Optional<Target> target(DeviceKey key);

  /**
   * A device has come. Where it is not wanted {@link DevicePort#dismiss} tells why. A device that
   * is attached already under the same id is replaced.
   */
  DeviceLink attach(DeviceDeclaration declaration, DevicePort port);

  /** Adds a listener; what became durable before is not told to it. */
  void addListener(CoordinatorListener listener);

  void removeListener(CoordinatorListener listener);

  /** Why nothing new is begun now; empty while the store works. */
  Optional<String> trouble();

  /**
   * Completes with the reason once the store is broken for good: nothing is accepted any more, and
   * a new process goes on from what is stored.
   */
  CompletionStage<String> halted();

  /** Ends what runs here; jobs stay as they are stored. Devices are dismissed. Idempotent. */
  @Override
  void close();
}
