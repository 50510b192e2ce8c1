package dev.octune.tuner.coordinator;

import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Trials under way, from their request until they are durable, so that no candidate is measured for
 * two jobs at once: the first job measures, the others wait for what it stores.
 */
final class Flights {
  private final Map<Place, Flight> flights = new LinkedHashMap<>();

  private final Map<Interest, List<LiveJob>> interests = new HashMap<>();

  private record Interest(DeviceKey key, Target target, Workload workload) {}

  private record Place(DeviceKey key, Candidate candidate) {}

  private record Passenger(LiveJob job, Work work) {}

  private static final class Flight {
    private Passenger leader;
    private final List<Passenger> followers = new ArrayList<>();

    private Flight(Passenger leader) {
      this.leader = leader;
    }
  }

  /** A job is prepared from what is durable now: it must hear of what becomes durable later. */
  void join(LiveJob job) {
    interests(job).forEach(i -> interests.computeIfAbsent(i, _ -> new ArrayList<>()).add(job));
  }

  /** A job is let go of. */
  void part(LiveJob job) {
    for (Interest interest : interests(job)) {
      @Nullable List<LiveJob> interested = interests.get(interest);
      if (interested != null) {
        interested.remove(job);
        if (interested.isEmpty()) {
          interests.remove(interest);
        }
      }
    }
  }

  /** Other jobs in memory that may want to know what a candidate's trial came to. */
  List<LiveJob> others(LiveJob job, Candidate candidate) {
    return interests
        .getOrDefault(
            new Interest(job.spec().deviceKey(), candidate.target(), candidate.workload()),
            List.of())
        .stream()
        .filter(other -> other != job)
        .toList();
  }

  private static List<Interest> interests(LiveJob job) {
    JobSpec spec = job.spec();
    return spec.work().tasks().stream()
        .map(task -> new Interest(spec.deviceKey(), spec.target(), task.workload()))
        .toList();
  }

  /** Whether this work is to be measured; else another job's answer will end it. */
  boolean lead(LiveJob job, Work work, Candidate candidate) {
    Passenger passenger = new Passenger(job, work);
    Place place = place(job, candidate);
    @Nullable Flight flight = flights.get(place);
    if (flight == null) {
      flights.put(place, new Flight(passenger));
      return true;
    }
    if (flight.leader.job == job) {
      // It was measured before its job was let go of; what it asks now is asked anew.
      flight.leader = passenger;
      return true;
    }
    flight.followers.add(passenger);
    return false;
  }

  /** A job's trial is durable; works of other jobs that it ends. */
  List<Work> land(LiveJob job, Candidate candidate) {
    @Nullable Flight flight = flights.remove(place(job, candidate));
    return flight == null
        ? List.of()
        : Stream.concat(Stream.of(flight.leader), flight.followers.stream())
            .filter(passenger -> passenger.job != job)
            .map(Passenger::work)
            .toList();
  }

  /** A job no longer wants a trial; the work that is to be measured in its place. */
  Optional<Work> leave(LiveJob job, Candidate candidate) {
    Place place = place(job, candidate);
    @Nullable Flight flight = flights.get(place);
    if (flight == null) {
      return Optional.empty();
    }
    if (flight.leader.job != job) {
      flight.followers.removeIf(follower -> follower.job == job);
      return Optional.empty();
    }
    if (flight.followers.isEmpty()) {
      flights.remove(place);
      return Optional.empty();
    }
    flight.leader = flight.followers.removeFirst();
    return Optional.of(flight.leader.work);
  }

  /** Takes out all works of a job that wait for another job's answer. */
  List<Work> takeFollowers(LiveJob job) {
    List<Work> taken = new ArrayList<>();
    for (Flight flight : flights.values()) {
      for (Iterator<Passenger> all = flight.followers.iterator(); all.hasNext(); ) {
        Passenger follower = all.next();
        if (follower.job == job) {
          all.remove();
          taken.add(follower.work);
        }
      }
    }
    return taken;
  }

  private static Place place(LiveJob job, Candidate candidate) {
    return new Place(job.spec().deviceKey(), candidate);
  }
}
