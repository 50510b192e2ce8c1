package dev.octune.tuner.job;

import dev.octune.kernels.measure.Measurement;
import java.util.List;

/** What happened outside; the only way anything reaches a {@link TuningJob}. */
public sealed interface Event {
  /** The job may begin. */
  record Started() implements Event {}

  /** A trial ended. */
  record TrialMeasured(int trial, Measurement measurement) implements Event {}

  /** A trial is durable. */
  record TrialStored(int trial) implements Event {}

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
