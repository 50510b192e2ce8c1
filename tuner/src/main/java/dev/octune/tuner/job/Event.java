package dev.octune.tuner.job;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import java.util.List;

/** What happened outside; the only way anything reaches a {@link TuningJob}. */
public sealed interface Event {
  /** The job may begin. */
  record Started() implements Event {}

  /** A trial ended. */
  record TrialMeasured(int trial, Measurement measurement) implements Event {}

  /** A trial is durable. */
  record TrialStored(int trial) implements Event {}

  /**
   * A trial that was not proposed by this machine has ended: of the same job before it was
   * interrupted, delivered late. It counts; answered by {@link Effect.StoreTrial} where the budget
   * has room for it.
   */
  record TrialBrought(Candidate candidate, Measurement measurement) implements Event {}

  /** Another job has measured this trial's candidate and stored it; the trial never counts. */
  record TrialKnown(int trial, Measurement measurement) implements Event {}

  /** Another job has measured a candidate of this one's space and stored it. */
  record Learned(Candidate candidate, Measurement measurement) implements Event {}

  /** A trial was dropped before it was measured; it never counts. */
  record TrialWithdrawn(int trial) implements Event {}

  /** A default was dropped before it was measured. */
  record DefaultWithdrawn(int task) implements Event {}

  /** A task's default schedule was measured. */
  record DefaultMeasured(int task, Measurement measurement) implements Event {}

  /** A task's confirmation ended; measurements in the order of the effect's candidates. */
  record ConfirmationMeasured(int task, List<Measurement> measurements) implements Event {}

  /** A task's confirmed result is durable. */
  record ResultStored(int task) implements Event {}

  /** Time passed; nothing else happened. */
  record Tick() implements Event {}

  /** Someone wants the job to end now, what is measured kept. */
  record StopRequested(String reason) implements Event {}
}
