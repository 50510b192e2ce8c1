package dev.octune.tuner.http;

/** Ends a request with a problem. */
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  ProblemException(Problem problem) {
    super(problem.detail() + " Mend: " + problem.mend(), null, false, false);
    this.problem = problem;
  }

  public Problem problem() {
    return problem;
  }
}
