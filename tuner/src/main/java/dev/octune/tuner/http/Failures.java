package dev.octune.tuner.http;

import dev.octune.db.DbException;
import dev.octune.kernels.text.TextException;
import dev.octune.tuner.access.AccessException;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers for handlers that failed. */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  static void mount(Router router) {
    router.route().failureHandler(Failures::answer);
    router.errorHandler(400, Failures::answer);
    router.errorHandler(404, Failures::answer);
    router.errorHandler(405, Failures::answer);
    router.errorHandler(500, Failures::answer);
  }

  private static void answer(RoutingContext context) {
    @Nullable Throwable failure = context.failure();
    Problem problem =
        failure == null ? ofStatus(context, context.statusCode()) : of(context, failure);
    Replies.problem(context, problem);
  }

  private static Problem ofStatus(RoutingContext context, int status) {
    String what = context.request().method() + " " + context.normalizedPath();
    return switch (status) {
      case 404 ->
          new Problem(
              Problem.Kind.NOT_FOUND,
              "There is no path for " + what + ".",
              "see /api/v1/openapi.json");
      case 405 ->
          new Problem(
              Problem.Kind.WRONG_METHOD,
              "The path is there, but not for " + what + ".",
              "see /api/v1/openapi.json");
      default ->
          new Problem(Problem.Kind.MALFORMED, what + " can't be read.", "see /api/v1/openapi.json");
    };
  }

  private static Problem of(RoutingContext context, Throwable failure) {
    return switch (failure) {
      case ProblemException expected -> expected.problem();
      case TextException text -> Problem.of(Problem.Kind.UNFIT, String.valueOf(text.getMessage()));
      case DbException db -> unavailable(context, db);
      case AccessException files -> unavailable(context, files);
      default -> broken(context, failure);
    };
  }

  private static Problem unavailable(RoutingContext context, RuntimeException failure) {
    LOG.atWarn().setCause(failure).addKeyValue("request", what(context)).log("request.unavailable");
    return new Problem(
        Problem.Kind.UNAVAILABLE,
        "The service's storage takes or gives nothing now.",
        "try again; the service's log says what is wrong");
  }

  /** What is inside stays inside; the log has it under the number that the answer tells. */
  private static Problem broken(RoutingContext context, Throwable failure) {
    String number = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    LOG.atError()
        .setCause(failure)
        .addKeyValue("number", number)
        .addKeyValue("request", what(context))
        .log("request.broken");
    return new Problem(
        Problem.Kind.BROKEN,
        "A mistake of the service, number " + number + " in its log.",
        "tell the service's administrator the number");
  }

  private static String what(RoutingContext context) {
    return context.request().method() + " " + context.normalizedPath();
  }
}
