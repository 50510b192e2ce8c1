package dev.octune.tuner.lookup;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.db.match.LookupIndex;
import dev.octune.db.match.LookupResult;
import dev.octune.db.match.Matching;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.access.Principal;
import dev.octune.tuner.access.Role;
import dev.octune.tuner.coordinator.Coordinator;
import dev.octune.tuner.coordinator.CoordinatorListener;
import dev.octune.tuner.coordinator.DeviceView;
import dev.octune.tuner.coordinator.JobId;
import dev.octune.tuner.coordinator.JobMove;
import dev.octune.tuner.coordinator.JobNews;
import dev.octune.tuner.coordinator.JobSpec;
import dev.octune.tuner.coordinator.JobView;
import dev.octune.tuner.coordinator.Outcome;
import dev.octune.tuner.http.Deeds;
import dev.octune.tuner.http.Parameters;
import dev.octune.tuner.http.Problem;
import dev.octune.tuner.http.ProblemException;
import dev.octune.tuner.http.Refusals;
import dev.octune.tuner.http.Replies;
import dev.octune.tuner.http.Routes;
import dev.octune.tuner.job.Budget;
import dev.octune.tuner.report.LookupReport;
import dev.octune.tuner.search.StrategyKind;
import dev.octune.tuner.task.TaskList;
import dev.octune.tuner.task.TuningTask;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Has tuned what nobody has measured yet, while whoever asked waits. Those who wait for one
 * workload on one device key share one job. Thread-safe.
 */
final class MissTuning implements CoordinatorListener {
  static final Duration MAX_WAIT = Duration.ofMinutes(5);

  private static final int MAX_TRIALS = 1_000_000;

  /** Those who wait hold a connection each; a place is left for those who don't. */
  private static final int MAX_WAITING = 2_000;

  /** Behind the jobs that somebody submitted by name. */
  private static final int PRIORITY = 0;

  private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})(ms|s|m)");
  private static final int ACCEPTED = 202;
  private static final int OK = 200;

  private final Vertx vertx;
  private final LookupIndex index;
  private final Coordinator coordinator;
  private final KernelLibrary library;
  private final WorkerExecutor searchers;
  private final Deeds deeds;
  private final Semaphore waiting = new Semaphore(MAX_WAITING);

  /** Jobs of this class that have not ended; the future completes with their last move. */
  private final Map<Wish, Future<Optional<Tuning>>> tunings = new ConcurrentHashMap<>();

  private final Map<JobId, Promise<JobMove>> ends = new ConcurrentHashMap<>();

  MissTuning(
      Vertx vertx,
      LookupIndex index,
      Coordinator coordinator,
      KernelLibrary library,
      WorkerExecutor searchers,
      Deeds deeds) {
    this.vertx = vertx;
    this.index = index;
    this.coordinator = coordinator;
    this.library = library;
    this.searchers = searchers;
    this.deeds = deeds;
  }

  /** What is tuned: azp does not matter. */
  private record Wish(Workload key, DeviceKey deviceKey) {}

  /** A job that is durable, and its end. */
  private record Tuning(JobId job, Future<JobMove> end) {}

  /**
   * Answers once the workload is tuned or the wait is over.
   *
   * @param wait as the query has it
   * @param report what is known at that time
   */
  void answer(
      RoutingContext context,
      Workload workload,
      Target target,
      String wait,
      Callable<LookupReport> report) {
    Duration limit = duration(wait);
    DeviceKey key = deviceKey(context, target);
    int trials = Parameters.whole(context, "trials", 0, MAX_TRIALS, -1);
    Principal principal = Routes.principal(context);
    if (!principal.may(Role.SUBMIT)) {
      throw new Problem(
              Problem.Kind.NOT_ALLOWED,
              "wait queues a job, the token's roles are: %s.".formatted(principal.rolesText()),
              "use a token with the role submit, or leave wait out")
          .exception();
    }
    Optional<String> uncovered = library.uncovered(workload, target);
    if (uncovered.isPresent()) {
      reply(context, OK, report, Optional.empty(), uncovered);
      return;
    }
    if (!waiting.tryAcquire()) {
      throw new Problem(
              Problem.Kind.UNAVAILABLE,
              "%d others wait for a workload.".formatted(MAX_WAITING),
              "submit a job and look up when it is done")
          .exception();
    }
    context.addEndHandler(_ -> waiting.release());
    // Futures complete on the threads of others: what follows belongs on the request's own loop.
    Context loop = vertx.getOrCreateContext();
    tuning(context, workload, target, key, trials)
        .onComplete(
            tuning ->
                loop.runOnContext(
                    _ -> {
                      if (tuning.succeeded()) {
                        tuning
                            .result()
                            .ifPresentOrElse(
                                job -> await(context, loop, job, limit, report),
                                () -> reply(context, OK, report, Optional.empty(), uncovered));
                      } else {
                        context.fail(tuning.cause());
                      }
                    }));
  }

  @Override
  public void news(JobNews news) {
    if (news instanceof JobNews.Moved(JobId job, JobMove move) && move.to().isEnd()) {
      end(job, move);
    }
  }

  @Override
  public void deviceChanged(DeviceView device) {
    // A job waits for its device as long as it takes.
  }

  private void await(
      RoutingContext context,
      Context loop,
      Tuning tuning,
      Duration limit,
      Callable<LookupReport> report) {
    Promise<Optional<JobMove>> over = Promise.promise();
    long timer = vertx.setTimer(limit.toMillis(), _ -> over.tryComplete(Optional.empty()));
    tuning.end().onSuccess(move -> loop.runOnContext(_ -> over.tryComplete(Optional.of(move))));
    context.addEndHandler(_ -> vertx.cancelTimer(timer));
    over.future()
        .onSuccess(
            move -> {
              try {
                Routes.requireStill(context);
              } catch (ProblemException revoked) {
                context.fail(revoked);
                return;
              }
              reply(
                  context,
                  move.isPresent() ? OK : ACCEPTED,
                  report,
                  move.isPresent() ? Optional.empty() : Optional.of(tuning.job()),
                  move.map(m -> "%s is %s: %s".formatted(tuning.job(), m.to().text(), m.why())));
            });
  }

  /**
   * Tells what is known now.
   *
   * @param job that has not ended
   * @param why it was not tuned, where it was not
   */
  private void reply(
      RoutingContext context,
      int status,
      Callable<LookupReport> report,
      Optional<JobId> job,
      Optional<String> why) {
    searchers
        .executeBlocking(report, false)
        .onSuccess(
            known -> {
              ObjectNode json = known.json();
              if (!isExact(known.result())) {
                job.ifPresent(id -> json.put("job", id.text()));
                why.ifPresent(
                    reason -> json.put("reason", known.reason() + "; not tuned: " + reason));
              }
              Replies.json(context, status, json);
            })
        .onFailure(context::fail);
  }

  /** The job that tunes it, submitted where there is none; empty where it was tuned meanwhile. */
  private Future<Optional<Tuning>> tuning(
      RoutingContext context, Workload workload, Target target, DeviceKey key, int trials) {
    Wish wish = new Wish(Matching.key(workload), key);
    Promise<Optional<Tuning>> mine = Promise.promise();
    Future<Optional<Tuning>> known = tunings.putIfAbsent(wish, mine.future());
    if (known != null) {
      return known;
    }
    // Its job may have ended since the request was looked at: it is looked up once more.
    if (index.findServing(workload, target).filter(MissTuning::isExact).isPresent()) {
      tunings.remove(wish);
      mine.complete(Optional.empty());
      return mine.future();
    }
    Principal principal = Routes.principal(context);
    JobSpec spec = spec(workload, target, key, trials, principal);
    Future.fromCompletionStage(coordinator.submit(spec), vertx.getOrCreateContext())
        .compose(outcome -> accepted(context, workload, outcome))
        .onComplete(
            submitted -> {
              if (submitted.succeeded()) {
                Future<JobMove> end = follow(submitted.result());
                end.onComplete(_ -> tunings.remove(wish));
                mine.complete(Optional.of(new Tuning(submitted.result().id(), end)));
              } else {
                tunings.remove(wish);
                mine.fail(submitted.cause());
              }
            });
    return mine.future();
  }

  static boolean isExact(LookupResult<?> result) {
    return result instanceof LookupResult.Exact<?>;
  }

  private Future<JobView> accepted(RoutingContext context, Workload workload, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Accepted(JobView job) ->
          deeds.done(context, "job.submit", job.id() + " " + workload, job.state().text()).map(job);
      case Outcome.Refused refused ->
          deeds
              .done(context, "job.submit", workload.text(), "refused: " + refused.reason())
              .compose(_ -> Future.failedFuture(Refusals.of(refused)));
      case Outcome.DeviceChanged(DeviceView device) ->
          throw new IllegalStateException("a job's answer is of device " + device.id());
    };
  }

  /** The job's end, also where it came before anybody listened for it. */
  private Future<JobMove> follow(JobView job) {
    Promise<JobMove> end = Promise.promise();
    ends.put(job.id(), end);
    coordinator
        .job(job.id())
        .filter(now -> now.state().isEnd())
        .ifPresent(ended -> end(ended.id(), ended.moves().getLast()));
    return end.future();
  }

  private void end(JobId job, JobMove move) {
    Promise<JobMove> end = ends.remove(job);
    if (end != null) {
      end.tryComplete(move);
    }
  }

  private static JobSpec spec(
      Workload workload, Target target, DeviceKey key, int trials, Principal principal) {
    String text = workload.text();
    return new JobSpec(
        text.substring(0, Math.min(text.length(), JobSpec.MAX_NAME_CHARS)),
        new TaskList(List.of(new TuningTask(workload, 1, List.of())), List.of()),
        key,
        target,
        new Budget(
            trials < 0 ? OptionalInt.empty() : OptionalInt.of(trials),
            OptionalInt.empty(),
            Optional.empty()),
        StrategyKind.XGB,
        1,
        principal.name(),
        PRIORITY,
        principal.weight());
  }

  private DeviceKey deviceKey(RoutingContext context, Target target) {
    DeviceKey key =
        Parameters.one(context, "device_key")
            .map(text -> Parameters.parse("device_key", text, DeviceKey::new))
            .orElseThrow(
                () ->
                    new Problem(
                            Problem.Kind.MALFORMED,
                            "wait needs device_key.",
                            "name the devices; GET /api/v1/devices lists them")
                        .exception());
    Optional<Target> runs = coordinator.target(key);
    if (runs.isEmpty() || !runs.get().equals(target)) {
      throw new Problem(
              Problem.Kind.UNFIT,
              "Devices of key '%s' run %s, not '%s'."
                  .formatted(key, runs.map(it -> "'" + it + "'").orElse("nothing known"), target),
              "name a key whose devices run the target; GET /api/v1/devices lists them")
          .exception();
    }
    return key;
  }

  private static Duration duration(String text) {
    Matcher form = DURATION.matcher(text);
    if (form.matches()) {
      long count = Long.parseLong(form.group(1));
      Duration wait =
          switch (form.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            default -> Duration.ofMinutes(count);
          };
      if (!wait.isZero() && wait.compareTo(MAX_WAIT) <= 0) {
        return wait;
      }
    }
    throw new Problem(
            Problem.Kind.MALFORMED,
            "wait is '%s'.".formatted(text),
            "give 1ms to %ds, such as 30s".formatted(MAX_WAIT.toSeconds()))
        .exception();
  }
}
