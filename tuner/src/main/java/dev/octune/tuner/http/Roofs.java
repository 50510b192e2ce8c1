package dev.octune.tuner.http;

import dev.octune.kernels.target.DeviceId;
import dev.octune.tuner.coordinator.JobView;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** What devices have told of the fastest they can be. Thread-safe. */
public interface Roofs {
  /** GOPS by leaf; empty where the device has told nothing. */
  Map<String, Double> of(DeviceId device);

  /** GOPS that no kernel of a task exceeds on the devices of the job's key, task by task. */
  List<OptionalDouble> of(JobView job);

  /** Where no device has told anything. */
  static Roofs unknown() {
    return new Roofs() {
      @Override
      public Map<String, Double> of(DeviceId device) {
        return Map.of();
      }

      @Override
      public List<OptionalDouble> of(JobView job) {
        return JobJson.noRoofs(job);
      }
    };
  }
}
