package dev.octune.tuner.job;

import dev.octune.db.TuningDb;
import dev.octune.db.match.LookupResult;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.tuner.search.Observation;
import dev.octune.tuner.search.Search;
import dev.octune.tuner.search.SearchTask;
import dev.octune.tuner.task.TuningTask;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Starts each task from what the database knows of it. */
public final class KnownTasks {
  /** Of what ran right in earlier jobs: a confirmation takes the few best of them. */
  private static final int KEPT_KNOWN = 16;

  /** So many are gathered before the best of them are chosen. */
  private static final int MAX_KNOWN = 256;

  private final KernelLibrary library;
  private final TuningDb db;
  private final Search search;
  private final Map<String, Double> factors;

  public KnownTasks(KernelLibrary library, TuningDb db, Search search) {
    this(library, db, search, Map.of());
  }

  /**
   * Tasks of equal devices that are not equally fast.
   *
   * @param factors by session id what makes its times comparable with the others'; 1 where there is
   *     none
   */
  public KnownTasks(
      KernelLibrary library, TuningDb db, Search search, Map<String, Double> factors) {
    this.library = library;
    this.db = db;
    this.search = search;
    this.factors = Map.copyOf(factors);
  }

  /** Tasks of a job that begins. */
  public List<TaskPlan> plans(List<TuningTask> tasks, Target target) {
    return tasks.stream().map(task -> plan(task, target, TaskPlan.Standing.NEW)).toList();
  }

  /**
   * A task of a job that may have begun before.
   *
   * @param standing what it did of the task
   */
  public TaskPlan plan(TuningTask task, Target target, TaskPlan.Standing standing) {
    SearchTask searchTask = SearchTask.of(library, task.workload(), target);
    List<Observation> observations = new ArrayList<>();
    List<TaskPlan.Known> known = new ArrayList<>();
    Losses losses = new Losses();
    int trials = 0;
    for (TuningRecord record : db.trials(task.workload(), target)) {
      if (record.kind() == TuningRecord.Kind.CONFIRMATION
          || !searchTask.space().contains(record.schedule())) {
        continue;
      }
      losses.add(record);
      if (record.measurement() instanceof Measurement.DeviceLost) {
        continue;
      }
      Measurement measurement =
          record.measurement().scaled(factors.getOrDefault(record.session().id(), 1.0));
      observations.add(new Observation(record.schedule(), measurement));
      if (record.kind() == TuningRecord.Kind.TRIAL) {
        trials++;
      }
      if (measurement instanceof Measurement.Timed timed) {
        known.add(new TaskPlan.Known(record.schedule(), timed.medianNanos()));
        if (known.size() > MAX_KNOWN) {
          keepBest(known);
        }
      }
    }
    if (known.size() > KEPT_KNOWN) {
      keepBest(known);
    }
    observations.addAll(losses.atFault());
    return new TaskPlan(
        task,
        target,
        search.strategy(searchTask, observations),
        searchTask.defaultSchedule(),
        searchTask.space().size(),
        known,
        trials,
        stored(task, target),
        standing);
  }

  /**
   * What devices were lost over. In a service that says that three devices went away over one
   * candidate, see {@code Fleet.MAX_LOSSES}: it is to blame, and to try it again would take devices
   * down for each job anew. Where nothing else ended in a session, its device was.
   */
  private static final class Losses {
    private final Map<Schedule, Set<String>> sessionsOf = new LinkedHashMap<>();
    private final Set<Schedule> judged = new HashSet<>();
    private final Set<String> working = new HashSet<>();

    void add(TuningRecord record) {
      String session = record.session().id();
      if (record.measurement() instanceof Measurement.DeviceLost) {
        sessionsOf.computeIfAbsent(record.schedule(), _ -> new HashSet<>()).add(session);
      } else {
        judged.add(record.schedule());
        working.add(session);
      }
    }

    List<Observation> atFault() {
      return sessionsOf.entrySet().stream()
          .filter(lost -> !judged.contains(lost.getKey()))
          .filter(lost -> lost.getValue().stream().anyMatch(working::contains))
          .map(
              lost ->
                  new Observation(
                      lost.getKey(), new Measurement.RunFailed("its device was lost over it")))
          .toList();
    }
  }

  private static void keepBest(List<TaskPlan.Known> known) {
    known.sort(Comparator.comparingDouble(TaskPlan.Known::medianNanos));
    known.subList(KEPT_KNOWN, known.size()).clear();
  }

  private Optional<TaskResult.Tuned> stored(TuningTask task, Target target) {
    LookupResult<ConfirmedBest> result = db.lookup(task.workload(), target, library::contains);
    return result instanceof LookupResult.Exact<ConfirmedBest>(ConfirmedBest best)
        ? Optional.of(
            new TaskResult.Tuned(best.defaultFigure(), best.best(), TaskResult.Source.DATABASE))
        : Optional.empty();
  }
}
