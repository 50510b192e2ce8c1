package dev.octune.db.job;

import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.target.DeviceId;
import java.util.List;

/** A fact of the service, stored whole or not at all. All but Measured may be stored again. */
public sealed interface JobChange {
  /** A job has come. */
  record Submitted(JobRow job, JobMoveRow move) implements JobChange {}

  /**
   * A job has come into another state.
   *
   * @param number of the move among the job's, from 0
   * @param tasks where they stand; those not named stay as they were
   */
  record Moved(long job, int number, JobMoveRow move, JobProgress progress, List<TaskOutcome> tasks)
      implements JobChange {
    public Moved {
      tasks = List.copyOf(tasks);
    }
  }

  /** A job has used time. */
  record Progressed(long job, JobProgress progress) implements JobChange {}

  /**
   * A trial or a default of a job.
   *
   * @param record its session belongs to this job, device and factor alone
   * @param factor that makes the device's times comparable with those of its key's others
   */
  record Measured(long job, TuningRecord record, DeviceId device, double factor)
      implements JobChange {}

  /** A task's confirmation: what was measured, what follows, and the result itself. */
  record Confirmed(
      long job,
      List<TuningRecord> records,
      ConfirmedBest best,
      DeviceId device,
      double factor,
      TaskOutcome outcome)
      implements JobChange {
    public Confirmed {
      records = List.copyOf(records);
    }
  }

  /** A device key has been declared for the first time, or has got its reference. */
  record KeyChanged(DeviceKeyRow key) implements JobChange {}

  /** A device has come for the first time, was quarantined or released. */
  record DeviceChanged(DeviceRow device) implements JobChange {}

  /** No lease token above this one has ever been used. */
  record TokensReserved(long upTo) implements JobChange {}
}
