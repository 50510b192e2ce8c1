package dev.octune.tuner.load;

import dev.octune.db.TuningDb;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.ConfirmedBest.Figure;
import dev.octune.db.record.Session;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.measure.Measurement.CacheState;
import dev.octune.kernels.measure.Measurement.Placement;
import dev.octune.kernels.measure.Measurement.Sample;
import dev.octune.kernels.measure.Measurement.Timed;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * Fills a database with made-up figures of legal schedules: trials spread evenly over keys, and the
 * confirmed best of each key.
 */
final class MadeUpDatabase {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  /** Writes under way: a few group commits. */
  private static final int MAX_PENDING = 512;

  private static final int TRIAL_PLACEMENTS = 3;
  private static final int CONFIRMED_PLACEMENTS = 7;
  private static final int SAMPLES = 4;

  private final TuningDb db;
  private final Session session;
  private final SplittableRandom random;
  private final MadeUpSchedules schedules;
  private final Deque<CompletableFuture<Void>> pending = new ArrayDeque<>();
  private int number;

  MadeUpDatabase(TuningDb db, KernelLibrary library, long seed, String octuneVersion) {
    this.db = db;
    this.session =
        new Session("bench-" + seed, "made up, seed " + seed, octuneVersion, "none, made up");
    this.random = new SplittableRandom(seed + 1);
    this.schedules = new MadeUpSchedules(library, random);
  }

  /** Stores trials over all keys, and a best for each. */
  void fill(List<MadeUpKeys.Key> keys, int trials) {
    for (int k = 0; k < keys.size(); k++) {
      int mine = trials / keys.size() + (k < trials % keys.size() ? 1 : 0);
      fill(keys.get(k), mine);
    }
    pending.forEach(CompletableFuture::join);
  }

  private void fill(MadeUpKeys.Key key, int trials) {
    List<Schedule> legal = schedules.of(key, Math.max(2, trials));
    // About 100 GOPS, so that the figures look like some.
    double nanos = key.workload().macs() / 50.0 + 100;
    for (int t = 0; t < trials; t++) {
      Schedule schedule = legal.get(t % legal.size());
      await(
          db.append(
              new TuningRecord(
                  session,
                  number++,
                  TuningRecord.Kind.TRIAL,
                  new Candidate(key.workload(), key.target(), schedule),
                  t,
                  timed(nanos * (1 + random.nextDouble()), TRIAL_PLACEMENTS),
                  BEGIN.plusMillis(number))));
    }
    Figure byDefault = new Figure(legal.getFirst(), timed(nanos * 1.5, CONFIRMED_PLACEMENTS));
    List<Figure> contenders =
        legal.size() < 2
            ? List.of()
            : List.of(new Figure(legal.get(1), timed(nanos, CONFIRMED_PLACEMENTS)));
    await(
        db.putBest(
            ConfirmedBest.choose(
                key.workload(),
                key.target(),
                byDefault,
                contenders,
                session,
                BEGIN.plusMillis(number))));
  }

  private Timed timed(double nanos, int placements) {
    List<Placement> all = new ArrayList<>(placements);
    for (int p = 0; p < placements; p++) {
      List<Sample> samples = new ArrayList<>(SAMPLES);
      for (int s = 0; s < SAMPLES; s++) {
        samples.add(new Sample(nanos * (1 + random.nextDouble() / 50), 20, false));
      }
      all.add(new Placement(p, samples));
    }
    return new Timed(all, CacheState.HOT);
  }

  private void await(CompletableFuture<Void> write) {
    pending.addLast(write);
    if (pending.size() > MAX_PENDING) {
      pending.removeFirst().join();
    }
  }
}
