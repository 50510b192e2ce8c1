package dev.octune.tuner.http;

import dev.octune.tuner.coordinator.JobId;
import dev.octune.tuner.coordinator.Outcome;

/** The coordinator's no, as HTTP says it. */
public final class Refusals {
  private Refusals() {}

  public static ProblemException of(Outcome.Refused refused) {
    Problem.Kind kind =
        switch (refused.cause()) {
          case NOT_FOUND -> Problem.Kind.NOT_FOUND;
          case CONFLICT -> Problem.Kind.CONFLICT;
          case QUOTA -> Problem.Kind.QUOTA;
          case UNFIT -> Problem.Kind.UNFIT;
          case UNAVAILABLE -> Problem.Kind.UNAVAILABLE;
        };
    String mend =
        switch (refused.cause()) {
          case NOT_FOUND -> "check its name";
          case CONFLICT -> "look at its state first";
          case QUOTA -> "wait until some of it is done, or cancel some";
          case UNFIT -> "correct the request";
          case UNAVAILABLE -> "try again in a second";
        };
    Problem problem = Problem.of(kind, refused.reason());
    return (refused.reason().contains(" Mend: ")
            ? problem
            : new Problem(kind, refused.reason(), mend))
        .exception();
  }

  static ProblemException noJob(JobId id) {
    return new Problem(
            Problem.Kind.NOT_FOUND,
            "There is no job '%s'.".formatted(id),
            "GET /api/v1/jobs lists them")
        .exception();
  }
}
