package dev.octune.db;

import dev.octune.db.job.DeviceKeyRow;
import dev.octune.db.job.DeviceRow;
import dev.octune.db.job.JobChange;
import dev.octune.db.job.JobDb;
import dev.octune.db.job.JobMoveRow;
import dev.octune.db.job.JobProgress;
import dev.octune.db.job.JobRow;
import dev.octune.db.job.JobTrial;
import dev.octune.db.job.ServiceState;
import dev.octune.db.job.StoredJob;
import dev.octune.db.job.TaskOutcome;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.target.DeviceKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** The service's part of a database without a file. Thread-safe. */
final class InMemoryJobDb implements JobDb {
  private final InMemoryTuningDb db;
  private final TreeMap<Long, StoredJob> jobs = new TreeMap<>();
  private final Map<Long, List<JobTrial>> trials = new HashMap<>();
  private final Map<String, Double> factors = new HashMap<>();
  private final Map<DeviceKey, DeviceKeyRow> keys = new HashMap<>();
  private final Map<DeviceId, DeviceRow> devices = new HashMap<>();
  private long reservedTokens;

  InMemoryJobDb(InMemoryTuningDb db) {
    this.db = db;
  }

  @Override
  public synchronized CompletableFuture<Void> store(JobChange change) {
    switch (change) {
      case JobChange.Submitted(JobRow job, JobMoveRow move) -> {
        List<TaskOutcome> tasks = new ArrayList<>();
        for (int t = 0; t < job.tasks().size(); t++) {
          tasks.add(new TaskOutcome(t, 0, 0, OptionalDouble.empty(), Optional.empty()));
        }
        jobs.put(job.number(), new StoredJob(job, List.of(move), JobProgress.NONE, tasks));
      }
      case JobChange.Moved(
              long job,
              int number,
              JobMoveRow move,
              JobProgress progress,
              var tasks) -> {
        StoredJob stored = stored(job);
        List<JobMoveRow> moves = new ArrayList<>(stored.moves().subList(0, number));
        moves.add(move);
        StoredJob moved = new StoredJob(stored.row(), moves, progress, stored.tasks());
        for (TaskOutcome task : tasks) {
          moved = with(moved, task);
        }
        jobs.put(job, moved);
      }
      case JobChange.Progressed(long job, JobProgress progress) -> {
        StoredJob stored = stored(job);
        jobs.put(job, new StoredJob(stored.row(), stored.moves(), progress, stored.tasks()));
      }
      case JobChange.Measured(long job, TuningRecord row, DeviceId device, double factor) -> {
        CompletableFuture<Void> appended = db.append(row);
        if (appended.isCompletedExceptionally()) {
          return appended;
        }
        keep(job, row, device, factor);
      }
      case JobChange.Confirmed confirmed -> {
        for (TuningRecord row : confirmed.records()) {
          CompletableFuture<Void> appended = db.append(row);
          if (appended.isCompletedExceptionally()) {
            return appended;
          }
          keep(confirmed.job(), row, confirmed.device(), confirmed.factor());
        }
        jobs.put(confirmed.job(), with(stored(confirmed.job()), confirmed.outcome()));
        return db.putBest(confirmed.best());
      }
      case JobChange.KeyChanged(DeviceKeyRow key) -> keys.put(key.key(), key);
      case JobChange.DeviceChanged(DeviceRow device) -> devices.put(device.id(), device);
      case JobChange.TokensReserved(long upTo) -> reservedTokens = upTo;
    }
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized ServiceState load(List<String> endedStates, int maxEnded) {
    List<StoredJob> kept = new ArrayList<>();
    int ended = 0;
    for (StoredJob job : jobs.descendingMap().values()) {
      if (!endedStates.contains(job.moves().getLast().state()) || ended++ < maxEnded) {
        kept.addFirst(job);
      }
    }
    return new ServiceState(
        kept,
        jobs.isEmpty() ? 0 : jobs.lastKey(),
        keys.values().stream().sorted((a, b) -> a.key().text().compareTo(b.key().text())).toList(),
        devices.values().stream().sorted((a, b) -> a.id().text().compareTo(b.id().text())).toList(),
        reservedTokens);
  }

  @Override
  public synchronized Optional<StoredJob> job(long number) {
    return Optional.ofNullable(jobs.get(number));
  }

  @Override
  public synchronized List<JobTrial> trials(long job) {
    return List.copyOf(trials.getOrDefault(job, List.of()));
  }

  @Override
  public synchronized Map<String, Double> factors() {
    return Map.copyOf(factors);
  }

  private StoredJob stored(long job) {
    StoredJob stored = jobs.get(job);
    if (stored == null) {
      throw new IllegalArgumentException("there is no job " + job);
    }
    return stored;
  }

  private void keep(long job, TuningRecord row, DeviceId device, double factor) {
    trials.computeIfAbsent(job, _ -> new ArrayList<>()).add(new JobTrial(row, device, factor));
    if (factor != 1) {
      factors.put(row.session().id(), factor);
    }
  }

  private static StoredJob with(StoredJob job, TaskOutcome outcome) {
    List<TaskOutcome> tasks = new ArrayList<>(job.tasks());
    TaskOutcome before = tasks.get(outcome.task());
    tasks.set(
        outcome.task(),
        new TaskOutcome(
            outcome.task(),
            outcome.spaceSize(),
            outcome.trials(),
            outcome.bestNanos(),
            outcome.result().or(before::result)));
    return new StoredJob(job.row(), job.moves(), job.progress(), tasks);
  }
}
