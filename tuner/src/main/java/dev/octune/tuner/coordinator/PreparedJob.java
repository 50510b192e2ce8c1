package dev.octune.tuner.coordinator;

import dev.octune.tuner.job.TuningJob;

/**
 * A job ready to run, what it has measured before told to it. Its machine belongs to the
 * coordinator's thread from now on.
 *
 * @param search to be closed once the job is let go of
 */
public record PreparedJob(TuningJob job, AutoCloseable search) {}
