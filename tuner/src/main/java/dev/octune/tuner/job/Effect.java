package dev.octune.tuner.job;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import java.util.List;
import java.util.OptionalDouble;

/** What a {@link TuningJob} wants done, in order. */
public sealed interface Effect {
  /** Measure a trial; answer with {@link Event.TrialMeasured}. */
  record MeasureTrial(int trial, Candidate candidate, OptionalDouble incumbentNanos)
      implements Effect {}

  /** Measure a default; answer with {@link Event.DefaultMeasured}. */
  record MeasureDefault(int task, Candidate candidate) implements Effect {}

  /** Make a trial durable; answer with {@link Event.TrialStored}. */
  record StoreTrial(int trial, Candidate candidate, Measurement measurement) implements Effect {}

  /** Make a default's measurement durable; no answer. */
  record StoreDefault(Candidate candidate, Measurement measurement) implements Effect {}

  /** Measure side by side, the default first; answer with {@link Event.ConfirmationMeasured}. */
  record Confirm(int task, List<Candidate> candidates) implements Effect {
    public Confirm {
      candidates = List.copyOf(candidates);
    }
  }

  /** Make a confirmation durable; answer with {@link Event.ResultStored}. */
  record StoreResult(
      int task, List<Candidate> candidates, List<Measurement> measurements, TaskResult.Tuned result)
      implements Effect {}

  /** Drop open trials and defaults; each answers as withdrawn unless it was quicker. */
  record CancelQueued() implements Effect {}

  /** The job can't go on; what is stored stays. */
  record Fail(String reason) implements Effect {}

  /** The job has ended. */
  record Finish(JobResult result) implements Effect {}
}
