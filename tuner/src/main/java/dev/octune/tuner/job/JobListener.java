package dev.octune.tuner.job;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;

/** Told what a job does, on the job's own thread; must return soon. */
public interface JobListener {
  /** A trial or a default ended. */
  void measured(Candidate candidate, Measurement measurement);

  /** Something may have changed. */
  void progressed(Progress progress);
}
