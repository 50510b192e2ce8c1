package dev.octune.tuner.coordinator;

import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.ConfirmedBest.Figure;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.job.TaskResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Final confirmations, one at a time for each workload and target: a job that was prepared before
 * another one's result became durable confirms that one's best beside its own, so that what lookups
 * are served never gets worse.
 */
final class Confirmations {
  private final Map<Place, Gate> gates = new HashMap<>();

  /** Bests of this process that jobs in memory may not have heard of. */
  private final Map<Place, Schedule> bests = new HashMap<>();

  private record Place(Workload workload, Target target) {
    static Place of(Candidate candidate) {
      return new Place(candidate.workload(), candidate.target());
    }
  }

  private record Wanted(LiveJob job, int task, List<Candidate> own) {
    boolean isOf(LiveJob asked, int askedTask) {
      return job == asked && task == askedTask;
    }
  }

  /** Who confirms at a place now, and who is next. */
  private static final class Gate {
    private final Wanted current;
    private final List<Candidate> candidates;
    private Work.@Nullable Answer answer;
    private final Deque<Wanted> next;

    private Gate(Wanted current, List<Candidate> candidates, Deque<Wanted> next) {
      this.current = current;
      this.candidates = candidates;
      this.next = next;
    }
  }

  /**
   * A confirmation that was measured.
   *
   * @param candidates the job's own and perhaps, as the last one, the best of another job
   * @param own how many are the job's
   */
  record Measured(List<Candidate> candidates, int own, Work.Answer answer) {
    /** The job's result, unless another job's best won over it in the same confirmation. */
    TaskResult.Tuned against(TaskResult.Tuned result) {
      if (own < candidates.size()
          && answer.measurements().getLast() instanceof Measurement.Timed timed
          && timed.medianNanos() < result.best().medianNanos()) {
        return new TaskResult.Tuned(
            result.byDefault(),
            new Figure(candidates.getLast().schedule(), timed),
            TaskResult.Source.DATABASE);
      }
      return result;
    }
  }

  /** Asks for a confirmation; the work to be measured now, if it is its turn. */
  Optional<Work> want(LiveJob job, int task, List<Candidate> candidates) {
    Wanted wanted = new Wanted(job, task, candidates);
    Place place = Place.of(candidates.getFirst());
    Gate gate = gates.get(place);
    if (gate != null) {
      gate.next.addLast(wanted);
      return Optional.empty();
    }
    return Optional.of(begin(place, wanted, new ArrayDeque<>()));
  }

  /** Takes in an answer; the measurements of the job's own candidates. */
  List<Measurement> answered(LiveJob job, int task, Work.Answer answer) {
    Gate gate = gate(job, task).orElseThrow();
    gate.answer = answer;
    return answer.measurements().subList(0, gate.current.own().size());
  }

  Optional<Measured> measured(LiveJob job, int task) {
    return gate(job, task)
        .flatMap(
            gate ->
                Optional.ofNullable(gate.answer)
                    .map(
                        answer ->
                            new Measured(gate.candidates, gate.current.own().size(), answer)));
  }

  /** A result is durable. */
  void stored(LiveJob by, ConfirmedBest best, Collection<LiveJob> inMemory) {
    Place place = new Place(best.workload(), best.target());
    if (isAwaited(place, by, inMemory)) {
      bests.put(place, best.best().schedule());
    } else {
      bests.remove(place);
    }
  }

  /** A confirmation has ended; the work of the next one there. */
  Optional<Work> end(LiveJob job, int task) {
    for (Map.Entry<Place, Gate> entry : List.copyOf(gates.entrySet())) {
      if (entry.getValue().current.isOf(job, task)) {
        return endCurrent(entry.getKey(), entry.getValue());
      }
    }
    return Optional.empty();
  }

  /** A job is let go of: what it confirms or waits for ends; the works that are next. */
  List<Work> letGo(LiveJob job) {
    List<Work> begun = new ArrayList<>();
    for (Map.Entry<Place, Gate> entry : List.copyOf(gates.entrySet())) {
      Gate gate = entry.getValue();
      gate.next.removeIf(wanted -> wanted.job() == job);
      if (gate.current.job() == job) {
        endCurrent(entry.getKey(), gate).ifPresent(begun::add);
      }
    }
    return begun;
  }

  /** Forgets bests that no job in memory may be ignorant of. */
  void forgetUnless(LiveJob gone, Collection<LiveJob> inMemory) {
    bests.keySet().removeIf(place -> !isAwaited(place, gone, inMemory));
  }

  private Optional<Work> endCurrent(Place place, Gate gate) {
    Wanted next = gate.next.pollFirst();
    if (next == null) {
      gates.remove(place);
      return Optional.empty();
    }
    return Optional.of(begin(place, next, gate.next));
  }

  private Work begin(Place place, Wanted wanted, Deque<Wanted> next) {
    List<Candidate> candidates = new ArrayList<>(wanted.own());
    Schedule best = bests.get(place);
    if (best != null && candidates.stream().noneMatch(c -> c.schedule().equals(best))) {
      candidates.add(new Candidate(place.workload(), place.target(), best));
    }
    gates.put(place, new Gate(wanted, List.copyOf(candidates), next));
    return Work.of(wanted.job(), new Work.Ask.Confirmation(wanted.task(), candidates));
  }

  private Optional<Gate> gate(LiveJob job, int task) {
    return gates.values().stream().filter(gate -> gate.current.isOf(job, task)).findFirst();
  }

  private static boolean isAwaited(Place place, LiveJob except, Collection<LiveJob> inMemory) {
    return inMemory.stream()
        .anyMatch(
            job ->
                job != except
                    && job.spec().target().equals(place.target())
                    && job.hasTask(place.workload()));
  }
}
