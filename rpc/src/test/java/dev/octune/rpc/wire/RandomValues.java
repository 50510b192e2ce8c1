package dev.octune.rpc.wire;

import dev.octune.kernels.measure.MeasureRequest;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Seeded values of the wire, every case among them. */
final class RandomValues {
  private static final Target TARGET = Target.parse("x86_64 cpu=znver4 isa=avx2 threads=2");

  private final SplittableRandom random;

  RandomValues(long seed) {
    this.random = new SplittableRandom(seed);
  }

  Enrolment enrolment() {
    var held = new HashSet<Long>();
    for (int i = random.nextInt(5); i > 0; i--) {
      held.add(random.nextLong());
    }
    return new Enrolment(
        random.nextInt(3),
        "conv2d_direct/" + random.nextInt(9),
        "0.1." + random.nextInt(9),
        "LLVM 20.1." + random.nextInt(9),
        "rack-" + random.nextInt(100),
        "%016x%016x".formatted(random.nextLong(), random.nextLong()),
        some(1 + random.nextInt(4), this::device),
        held);
  }

  DeviceDeclaration device() {
    return new DeviceDeclaration(
        new DeviceKey("zen4.t" + random.nextInt(9)),
        TARGET,
        text(),
        some(random.nextInt(4), () -> "flag" + random.nextInt(100)),
        1 + random.nextInt(64),
        "d" + text(),
        1 + random.nextInt(Protocol.MAX_DEPTH),
        random.nextBoolean()
            ? Map.of()
            : Map.of("roof.avx2.gops", random.nextDouble(), "load.one", (double) random.nextInt()));
  }

  Request request() {
    if (random.nextBoolean()) {
      return new Request.Measure(
          new MeasureRequest(
              candidate(workload()),
              random.nextLong(),
              random.nextBoolean()
                  ? OptionalDouble.empty()
                  : OptionalDouble.of(random.nextDouble(1e-3, 1e12))),
          limit());
    }
    Workload workload = workload();
    return new Request.Confirm(
        some(1 + random.nextInt(Protocol.MAX_CONFIRMED), () -> candidate(workload)),
        random.nextLong(),
        limit());
  }

  Outcome outcome() {
    return switch (random.nextInt(4)) {
      case 0 -> new Outcome.Confirmed(some(1 + random.nextInt(16), this::measurement));
      case 1 -> new Outcome.Refused(text());
      case 2 -> new Outcome.Withdrawn();
      default -> new Outcome.Measured(measurement());
    };
  }

  Measurement measurement() {
    return switch (random.nextInt(6)) {
      case 0 -> new Measurement.WrongAnswer(text(), text(), text());
      case 1 -> new Measurement.BuildFailed(text());
      case 2 -> new Measurement.RunFailed(text());
      case 3 -> new Measurement.TimedOut("run", random.nextLong(1, Long.MAX_VALUE));
      case 4 -> new Measurement.DeviceLost(text());
      default ->
          new Measurement.Timed(
              some(1 + random.nextInt(5), this::placement),
              random.nextBoolean() ? Measurement.CacheState.HOT : Measurement.CacheState.DISPLACED);
    };
  }

  DeviceHealth health() {
    double least = random.nextDouble(1, 1e6);
    double most = least * random.nextDouble(1, 3);
    return new DeviceHealth(
        random.nextInt(300),
        random.nextBoolean() ? OptionalDouble.empty() : OptionalDouble.of(random.nextDouble()),
        random.nextBoolean()
            ? Optional.empty()
            : Optional.of(new BaseTimes(1 + random.nextInt(9), least, most, least, most)));
  }

  private Measurement.Placement placement() {
    return new Measurement.Placement(
        random.nextInt(100),
        some(
            1 + random.nextInt(9),
            () ->
                new Measurement.Sample(
                    random.nextDouble(1e-3, 1e9), 1 + random.nextInt(1000), random.nextBoolean())));
  }

  private Workload workload() {
    return Workload.parse(
        "dense_int8 m=%d k=%d n=%d act=u8 wgt=s8 out=s32"
            .formatted(1 + random.nextInt(99), 1 + random.nextInt(99), 1 + random.nextInt(99)));
  }

  private Candidate candidate(Workload workload) {
    return new Candidate(
        workload, TARGET, Schedule.parse("dense_direct/1 leaf=s16 tile=" + random.nextInt(64)));
  }

  private Duration limit() {
    return Duration.ofMillis(1 + random.nextInt((int) Protocol.MAX_LIMIT.toMillis()));
  }

  private String text() {
    String letters = "ab Zµ×\"=–漢";
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(20); i > 0; i--) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }

  private static <T> List<T> some(int count, Supplier<T> one) {
    List<T> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(one.get());
    }
    return all;
  }
}
