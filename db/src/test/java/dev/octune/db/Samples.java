package dev.octune.db;

import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.ConfirmedBest.Figure;
import dev.octune.db.record.Session;
import dev.octune.db.record.TuningRecord;
import dev.octune.db.record.TuningRecord.Kind;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.measure.Measurement.CacheState;
import dev.octune.kernels.measure.Measurement.Placement;
import dev.octune.kernels.measure.Measurement.Sample;
import dev.octune.kernels.measure.Measurement.Timed;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Records for tests: made up, and different enough to be told apart. */
public final class Samples {
  public static final Workload CONV =
      Workload.parse(
          "conv2d_NCHWc_int8 n=1 ic=64 ih=56 iw=56 oc=64 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
              + " dilation=1,1 act=u8 wgt=s8 out=s32");
  public static final Workload DENSE =
      Workload.parse("dense_int8 m=16 k=768 n=768 act=u8 wgt=s8 out=s32");
  public static final Target AVX2 = Target.parse("x86_64 cpu=znver3 isa=avx2 threads=1");
  public static final Target VNNI = Target.parse("x86_64 cpu=znver4 isa=avx512vnni threads=1");
  public static final Session SESSION =
      new Session("session-1", "EPYC 7763, Linux 6.1, conv2d_direct/1", "0.1.0", "LLVM 20.1.7");
  public static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123Z");

  private Samples() {}

  public static Schedule schedule(int tile) {
    return Schedule.parse("conv2d_direct/1 leaf=avx2_s16 oc_vectors=2 ow_tile=" + tile);
  }

  /** One placement with one sample of this time. */
  public static Timed timed(double nanos) {
    return new Timed(
        List.of(new Placement(0, List.of(new Sample(nanos, 10, false)))), CacheState.HOT);
  }

  public static Figure figure(int tile, double nanos) {
    return new Figure(schedule(tile), timed(nanos));
  }

  public static TuningRecord record(int number, Measurement measurement) {
    return record(SESSION, number, CONV, AVX2, measurement);
  }

  public static TuningRecord record(
      Session session, int number, Workload workload, Target target, Measurement measurement) {
    return new TuningRecord(
        session,
        number,
        Kind.TRIAL,
        new Candidate(workload, target, schedule(number + 1)),
        7,
        measurement,
        NOON.plusMillis(number));
  }

  public static ConfirmedBest best(Workload workload, Target target, double nanos) {
    return ConfirmedBest.choose(
        workload, target, figure(1, 1000), List.of(figure(4, nanos)), SESSION, NOON);
  }

  /** Any measurement, all cases alike often. */
  public static Measurement measurement(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> new Measurement.WrongAnswer("random", "out[3] is 7 — not 9", "octune … seed=1");
      case 1 -> new Measurement.BuildFailed("LLVM ERROR: " + "x".repeat(random.nextInt(2000)));
      case 2 -> new Measurement.RunFailed("signal 11 at out + 4096 \u0000 \uD83D\uDE00 \"\\\n");
      case 3 -> new Measurement.TimedOut("run", random.nextLong(1, 1L << 40));
      case 4 -> new Measurement.DeviceLost("");
      default -> {
        List<Placement> placements = new ArrayList<>();
        for (int p = 0; p <= random.nextInt(4); p++) {
          List<Sample> samples = new ArrayList<>();
          for (int s = 0; s <= random.nextInt(8); s++) {
            samples.add(
                new Sample(
                    random.nextDouble() * 1e7, random.nextInt(1, 1000), random.nextBoolean()));
          }
          placements.add(new Placement(p, samples));
        }
        yield new Timed(placements, random.nextBoolean() ? CacheState.HOT : CacheState.DISPLACED);
      }
    };
  }
}
