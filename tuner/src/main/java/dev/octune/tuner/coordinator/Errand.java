package dev.octune.tuner.coordinator;

import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.text.TextException;
import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a lease was given for, as its worker keeps it: a coordinator that has not given the lease
 * itself learns from it where a measurement belongs. Text, in lines: {@code job-17 trial}, the
 * workload, the target, then one schedule for each candidate.
 *
 * @param candidates of one workload and target
 */
public record Errand(JobId job, Kind kind, List<Candidate> candidates) {
  public Errand {
    candidates = List.copyOf(candidates);
    if (candidates.isEmpty() || (kind != Kind.CONFIRMATION && candidates.size() != 1)) {
      throw new IllegalArgumentException(
          "a %s of %s has %d candidates".formatted(kind.text, job, candidates.size()));
    }
  }

  /** What the measurement means to its job. */
  public enum Kind {
    TRIAL("trial"),
    DEFAULT("default"),
    CONFIRMATION("confirmation");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    private static Kind parse(String text) {
      for (Kind kind : values()) {
        if (kind.text.equals(text)) {
          return kind;
        }
      }
      throw new TextException("'%s' is no kind of errand".formatted(text));
    }
  }

  public String text() {
    Candidate first = candidates.getFirst();
    return candidates.stream()
        .map(candidate -> candidate.schedule().text())
        .collect(
            Collectors.joining(
                "\n",
                "%s %s\n%s\n%s\n"
                    .formatted(job, kind.text, first.workload().text(), first.target().text()),
                ""));
  }

  /**
   * Reads a canonical text.
   *
   * @throws TextException where it is none
   */
  public static Errand parse(String text) {
    List<String> lines = text.lines().toList();
    String[] head = lines.isEmpty() ? new String[0] : lines.getFirst().split(" ", -1);
    if (lines.size() < 4 || head.length != 2) {
      throw new TextException("errand of %d lines, must be at least 4".formatted(lines.size()));
    }
    Workload workload = Workload.parse(lines.get(1));
    Target target = Target.parse(lines.get(2));
    List<Candidate> candidates = new ArrayList<>();
    for (String schedule : lines.subList(3, lines.size())) {
      candidates.add(new Candidate(workload, target, Schedule.parse(schedule)));
    }
    return new Errand(JobId.parse(head[0]), Kind.parse(head[1]), candidates);
  }
}
