package dev.octune.tuner.landscape;

import dev.octune.kernels.measure.Device;
import dev.octune.kernels.measure.MeasureRequest;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Answers from recorded landscapes, at once. A point that none of them holds is an error, never a
 * guess: its future fails with an {@link IllegalArgumentException}. Immutable, thread-safe.
 */
public final class ReplayDevice implements Device {
  private final String description;
  private final Map<Candidate, Measurement> answers = new HashMap<>();

  public ReplayDevice(List<Landscape> landscapes) {
    List<String> devices = new ArrayList<>();
    for (Landscape landscape : landscapes) {
      devices.add(landscape.device());
      for (Landscape.Point point : landscape.points()) {
        answers.put(
            new Candidate(landscape.workload(), landscape.target(), point.schedule()),
            measurement(point.outcome()));
      }
    }
    this.description = "replay of " + String.join("; ", devices.stream().distinct().toList());
  }

  @Override
  public CompletableFuture<Measurement> measure(MeasureRequest request) {
    Measurement answer = answers.get(request.candidate());
    return answer == null
        ? CompletableFuture.failedFuture(unknown(request.candidate()))
        : CompletableFuture.completedFuture(answer);
  }

  @Override
  public CompletableFuture<List<Measurement>> confirm(List<Candidate> candidates, long seed) {
    List<Measurement> confirmed = new ArrayList<>();
    for (Candidate candidate : candidates) {
      Measurement answer = answers.get(candidate);
      if (answer == null) {
        return CompletableFuture.failedFuture(unknown(candidate));
      }
      confirmed.add(answer);
    }
    return CompletableFuture.completedFuture(List.copyOf(confirmed));
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public void close() {}

  private IllegalArgumentException unknown(Candidate candidate) {
    return new IllegalArgumentException(
        "no landscape holds workload '%s' target '%s' schedule '%s' (%s). Mend: search only %s"
            .formatted(
                candidate.workload().text(),
                candidate.target().text(),
                candidate.schedule().text(),
                description,
                "Landscape.task().space(), or record more points"));
  }

  private static Measurement measurement(Landscape.Outcome outcome) {
    return switch (outcome) {
      case Landscape.Outcome.Timed(double nanos) ->
          new Measurement.Timed(
              List.of(
                  new Measurement.Placement(0, List.of(new Measurement.Sample(nanos, 1, false)))),
              Measurement.CacheState.HOT);
      case Landscape.Outcome.Failed(Landscape.Failure failure) ->
          switch (failure) {
            case WRONG_ANSWER -> new Measurement.WrongAnswer("recorded", "recorded", "");
            case BUILD_FAILED -> new Measurement.BuildFailed("recorded");
            case RUN_FAILED -> new Measurement.RunFailed("recorded");
            case TIMED_OUT -> new Measurement.TimedOut("recorded", 0);
          };
    };
  }
}
