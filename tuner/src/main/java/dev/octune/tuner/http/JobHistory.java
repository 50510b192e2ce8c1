package dev.octune.tuner.http;

import dev.octune.db.job.JobTrial;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.coordinator.JobView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What has happened to a job, for those who come late.
 *
 * @param trials in the order in which they became durable
 */
record JobHistory(JobView job, List<JobJson.Trial> trials) {
  JobHistory {
    trials = List.copyOf(trials);
  }

  /**
   * Counts trials as the live events do.
   *
   * @param stored of the job, in the order stored
   */
  static JobHistory of(JobView job, List<JobTrial> stored) {
    Map<Workload, Integer> taskOf = new HashMap<>();
    for (int task = 0; task < job.tasks().size(); task++) {
      taskOf.put(job.tasks().get(task).task().workload(), task);
    }
    int[] trialsOf = new int[job.tasks().size()];
    double[] bestOf = new double[job.tasks().size()];
    List<JobJson.Trial> trials = new ArrayList<>();
    for (JobTrial trial : stored) {
      TuningRecord record = trial.record();
      Integer task = taskOf.get(record.workload());
      if (record.kind() != TuningRecord.Kind.TRIAL || task == null) {
        continue;
      }
      trialsOf[task]++;
      JobJson.Trial bare =
          new JobJson.Trial(
              job.id(),
              trials.size() + 1,
              task,
              trialsOf[task],
              record.workload(),
              record.schedule(),
              trial.device(),
              record.measurement(),
              trial.factor(),
              OptionalDouble.empty());
      bare.medianNanos()
          .ifPresent(
              nanos -> bestOf[task] = bestOf[task] == 0 ? nanos : Math.min(bestOf[task], nanos));
      trials.add(bestOf[task] == 0 ? bare : bare.withBest(OptionalDouble.of(bestOf[task])));
    }
    return new JobHistory(job, trials);
  }
}
