package dev.octune.tuner.coordinator;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.job.Budget;
import dev.octune.tuner.search.StrategyKind;
import dev.octune.tuner.task.TaskList;
import dev.octune.tuner.task.TuningTask;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** What is true of the toys' candidates, and of the jobs and devices that tests make of them. */
final class ToyKernels {
  static final DeviceKey KEY = new DeviceKey("toy");
  static final Target TARGET = Target.parse("x86_64 cpu=znver3 isa=avx2 threads=1");

  private ToyKernels() {}

  /** How a candidate ends on a healthy device. */
  enum Truth {
    RIGHT,
    WRONG,
    UNBUILDABLE,
    CRASHING,
    /** It takes the device down. */
    POISON
  }

  static Truth truth(Candidate candidate) {
    if (ToyLibrary.number(candidate.schedule()) == 0) {
      return Truth.RIGHT;
    }
    return switch (Math.floorMod(hash(candidate), 50)) {
      case 0 -> Truth.POISON;
      case 1 -> Truth.WRONG;
      case 2, 3 -> Truth.UNBUILDABLE;
      case 4, 5 -> Truth.CRASHING;
      default -> Truth.RIGHT;
    };
  }

  /** Nanoseconds a call on the reference device. */
  static double nanos(Candidate candidate) {
    return ToyLibrary.number(candidate.schedule()) == 0
        ? 1000
        : 500 + Math.floorMod(hash(candidate) / 64, 1000);
  }

  /**
   * Its time.
   *
   * @param calls tells this measurement from all others
   */
  static Measurement.Timed timed(double nanos, int calls) {
    return new Measurement.Timed(
        List.of(new Measurement.Placement(0, List.of(new Measurement.Sample(nanos, calls, false)))),
        Measurement.CacheState.HOT);
  }

  static Workload workload(int number) {
    return Workload.parse("dense_int8 m=1 k=8 n=%d act=u8 wgt=s8 out=s32".formatted(number));
  }

  static JobSpec spec(String owner, double weight, long seed, int trials, int... workloads) {
    return new JobSpec(
        "toy",
        new TaskList(
            IntStream.of(workloads)
                .mapToObj(n -> new TuningTask(workload(n), 1, List.of("layer " + n)))
                .toList(),
            List.of()),
        KEY,
        TARGET,
        new Budget(OptionalInt.of(trials), OptionalInt.empty(), Optional.empty()),
        StrategyKind.RANDOM,
        seed,
        owner,
        0,
        weight);
  }

  static DeviceDeclaration declaration(String id, int slots) {
    return new DeviceDeclaration(
        new DeviceId(id), KEY, TARGET, slots, "a toy called " + id, "0.1.0", "none", Map.of());
  }

  private static int hash(Candidate candidate) {
    int hash =
        candidate.workload().text().hashCode() * 31 + ToyLibrary.number(candidate.schedule());
    hash *= 0x9E3779B9;
    return hash ^ (hash >>> 15);
  }
}
