package dev.octune.db.job;

import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.target.DeviceId;

/**
 * A record of a job.
 *
 * @param factor that makes the device's times comparable with those of its key's others
 */
public record JobTrial(TuningRecord record, DeviceId device, double factor) {}
