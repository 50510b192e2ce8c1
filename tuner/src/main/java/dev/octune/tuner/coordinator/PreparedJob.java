package dev.octune.tuner.coordinator;

import dev.octune.tuner.job.TuningJob;
import java.util.List;

/**
 * A job ready to run, what it has measured before told to it. Its machine is stepped where {@link
 * CoordinatorEffect.StepJob} is carried out, in order, and nowhere else.
 *
 * @param spaceSizes schedules of each task's space
 * @param search to be closed once the job is let go of
 */
record PreparedJob(TuningJob job, List<Integer> spaceSizes, AutoCloseable search) {
  PreparedJob {
    spaceSizes = List.copyOf(spaceSizes);
  }
}
