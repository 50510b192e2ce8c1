package dev.octune.tuner.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.access.Principal;
import dev.octune.tuner.access.RateLimit;
import dev.octune.tuner.access.Role;
import dev.octune.tuner.coordinator.Coordinator;
import dev.octune.tuner.coordinator.JobId;
import dev.octune.tuner.coordinator.JobSpec;
import dev.octune.tuner.coordinator.JobState;
import dev.octune.tuner.coordinator.JobView;
import dev.octune.tuner.coordinator.Outcome;
import dev.octune.tuner.task.TaskList;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The paths of jobs. Thread-safe. */
final class JobRoutes implements RouteSource {
  private static final String JOBS = "/api/v1/jobs";
  private static final String JOB = JOBS + "/{job}";

  /** The largest list of workloads, with 200 characters each and room to spare. */
  private static final int MAX_BODY_BYTES = 4 << 20;

  private static final int DEFAULT_PAGE = 50;
  private static final int MAX_PAGE = 500;
  private static final int MAX_WHY_CHARS = 500;

  private final Coordinator coordinator;
  private final JobWork work;
  private final Bodies bodies;
  private final Uploads uploads;
  private final WorkerExecutor parser;
  private final RateLimit submissions;
  private final Deeds deeds;
  private final Roofs roofs;
  private final EventStreams streams;

  /**
   * @param parser a single thread: a model may take a third of the service's memory to read
   * @param submissions of one principal
   */
  JobRoutes(
      Coordinator coordinator,
      JobWork work,
      Bodies bodies,
      Uploads uploads,
      WorkerExecutor parser,
      RateLimit submissions,
      Deeds deeds,
      Roofs roofs,
      EventStreams streams) {
    this.coordinator = coordinator;
    this.work = work;
    this.bodies = bodies;
    this.uploads = uploads;
    this.parser = parser;
    this.submissions = submissions;
    this.deeds = deeds;
    this.roofs = roofs;
    this.streams = streams;
  }

  @Override
  public void addTo(Routes routes) {
    routes.add(HttpMethod.GET, JOBS, Role.READ, this::list);
    routes.addStreaming(HttpMethod.POST, JOBS, Role.SUBMIT, this::submit);
    routes.add(
        HttpMethod.GET,
        JOB,
        Role.READ,
        context ->
            withJob(context, job -> Replies.json(context, 200, JobJson.whole(job, roofs.of(job)))));
    routes.add(
        HttpMethod.GET,
        JOB + "/result",
        Role.READ,
        context ->
            withJob(
                context, job -> Replies.json(context, 200, JobJson.result(job, roofs.of(job)))));
    routes.add(
        HttpMethod.GET, JOB + "/events", Role.READ, context -> streams.open(context, id(context)));
    routes.add(
        HttpMethod.DELETE,
        JOB,
        Role.SUBMIT,
        context -> move(context, "job.cancel", "cancelled", coordinator::cancel));
    routes.add(
        HttpMethod.POST,
        JOB + "/pause",
        Role.SUBMIT,
        context -> move(context, "job.pause", "paused", coordinator::pause));
    routes.add(
        HttpMethod.POST,
        JOB + "/resume",
        Role.SUBMIT,
        context -> move(context, "job.resume", "resumed", coordinator::resume));
  }

  private void list(RoutingContext context) {
    Predicate<JobView> wanted = _ -> true;
    Optional<String> state = Parameters.one(context, "state");
    if (state.isPresent()) {
      JobState only = Parameters.parse("state", state.get(), JobState::parse);
      wanted = wanted.and(job -> job.state() == only);
    }
    Optional<String> owner = Parameters.one(context, "owner");
    if (owner.isPresent()) {
      wanted = wanted.and(job -> job.spec().owner().equals(owner.get()));
    }
    Optional<String> key = Parameters.one(context, "device_key");
    if (key.isPresent()) {
      DeviceKey only = Parameters.parse("device_key", key.get(), DeviceKey::new);
      wanted = wanted.and(job -> job.spec().deviceKey().equals(only));
    }
    Optional<String> before = Parameters.one(context, "before");
    if (before.isPresent()) {
      JobId first = Parameters.parse("before", before.get(), JobId::parse);
      wanted = wanted.and(job -> job.id().compareTo(first) < 0);
    }
    int limit = Parameters.whole(context, "limit", 1, MAX_PAGE, DEFAULT_PAGE);
    List<JobView> page =
        coordinator.jobs().stream()
            .filter(wanted)
            .sorted(Comparator.comparing(JobView::id).reversed())
            .limit(limit + 1L)
            .toList();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ArrayNode jobs = node.putArray("jobs");
    page.stream().limit(limit).forEach(job -> jobs.add(JobJson.summary(job)));
    if (page.size() > limit) {
      node.put("next", page.get(limit - 1).id().text());
    } else {
      node.putNull("next");
    }
    Replies.json(context, 200, node);
  }

  private void submit(RoutingContext context) {
    if (!submissions.take(Routes.principal(context).name())) {
      Bodies.refuse(
          context,
          new Problem(
              Problem.Kind.TOO_MANY,
              "'%s' submits too often.".formatted(Routes.principal(context).name()),
              "put several workloads into one job, or wait a second"));
      return;
    }
    String type = Bodies.type(context);
    switch (type) {
      case Replies.JSON -> bodies.read(context, MAX_BODY_BYTES, () -> submitTexts(context));
      case "application/octet-stream" -> {
        JobOptions options = JobOptions.of(context.queryParams());
        Target target = target(options);
        uploads
            .body(context)
            .compose(model -> submitModel(context, model, options, target))
            .onFailure(context::fail);
      }
      case "multipart/form-data" ->
          uploads
              .form(context)
              .compose(model -> submitForm(context, model))
              .onFailure(context::fail);
      default ->
          Bodies.refuse(
              context,
              new Problem(
                  Problem.Kind.WRONG_TYPE,
                  "Content-Type is '%s'.".formatted(type),
                  "send application/json, application/octet-stream or multipart/form-data"));
    }
  }

  private void submitTexts(RoutingContext context) {
    JsonNode body = Bodies.json(context);
    JobOptions options = JobOptions.of(body);
    Map<Workload, Integer> uses = work.workloads(body.path(JobOptions.WORKLOADS));
    Target target = target(options);
    String name = options.name().orElseGet(() -> uses.keySet().iterator().next().text());
    parser
        .executeBlocking(() -> work.tasks(uses, target), false)
        .compose(tasks -> submit(context, options, target, tasks, name))
        .onFailure(context::fail);
  }

  private Future<Void> submitForm(RoutingContext context, Uploads.Received model) {
    try {
      JobOptions options = JobOptions.of(context.request().formAttributes());
      return submitModel(context, model, options, target(options));
    } catch (RuntimeException e) {
      model.close();
      return Future.failedFuture(e);
    }
  }

  private Future<Void> submitModel(
      RoutingContext context, Uploads.Received model, JobOptions options, Target target) {
    String name = options.name().or(model::fileName).orElse("model");
    return parser
        .executeBlocking(
            () -> {
              try (model) {
                return work.tasks(model.file(), target, options.outputs(), options.realWeights());
              }
            },
            false)
        .compose(tasks -> submit(context, options, target, tasks, name));
  }

  private Future<Void> submit(
      RoutingContext context, JobOptions options, Target target, TaskList tasks, String name) {
    Principal owner = Routes.principal(context);
    JobSpec spec;
    try {
      spec =
          new JobSpec(
              name.substring(0, Math.min(name.length(), JobSpec.MAX_NAME_CHARS)),
              tasks,
              options.deviceKey(),
              target,
              options.budget(),
              options.strategy(),
              options.seed(),
              owner.name(),
              options.priority(),
              owner.weight());
    } catch (IllegalArgumentException e) {
      return Future.failedFuture(
          Problem.of(Problem.Kind.UNFIT, String.valueOf(e.getMessage())).exception());
    }
    return answered(
        context,
        coordinator.submit(spec),
        "job.submit",
        spec.name(),
        job -> {
          context.response().putHeader(HttpHeaders.LOCATION, JOBS + "/" + job.id().text());
          Replies.json(context, 201, JobJson.submitted(job));
        });
  }

  /** What the key's devices run; the request's word counts where none was ever attached. */
  private Target target(JobOptions options) {
    Optional<Target> declared = coordinator.target(options.deviceKey());
    if (declared.isPresent()
        && options.target().isPresent()
        && !declared.equals(options.target())) {
      throw new Problem(
              Problem.Kind.UNFIT,
              "Devices of key '%s' run '%s', not '%s'."
                  .formatted(options.deviceKey(), declared.get(), options.target().orElseThrow()),
              "leave target out, or name another device_key")
          .exception();
    }
    return declared
        .or(options::target)
        .orElseThrow(
            () ->
                new Problem(
                        Problem.Kind.UNFIT,
                        "No device of key '%s' was attached yet; known keys: %s."
                            .formatted(options.deviceKey(), knownKeys()),
                        "name a known key, attach a device with octune worker --device-key, or say"
                            + " its target")
                    .exception());
  }

  private String knownKeys() {
    String keys =
        coordinator.devices().stream()
            .map(device -> device.key().text())
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    return keys.isEmpty() ? "none" : keys;
  }

  /** A request to move a job. */
  private interface Mover {
    CompletableFuture<Outcome> move(JobId job, String who, String why);
  }

  private void move(RoutingContext context, String deed, String defaultWhy, Mover mover) {
    withJob(
        context,
        job -> {
          Principal principal = Routes.principal(context);
          if (!job.spec().owner().equals(principal.name()) && !principal.may(Role.ADMIN)) {
            Problem notOwn =
                new Problem(
                    Problem.Kind.NOT_ALLOWED,
                    "%s belongs to '%s', the token to '%s'."
                        .formatted(job.id(), job.spec().owner(), principal.name()),
                    "use a token of its owner, or of an admin");
            deeds
                .done(
                    context, deed, job.id().text(), "refused: it belongs to " + job.spec().owner())
                .<Void>compose(_ -> Future.failedFuture(notOwn.exception()))
                .onFailure(context::fail);
            return;
          }
          String why =
              Parameters.one(context, "why")
                  .orElse("%s by %s".formatted(defaultWhy, principal.name()));
          if (why.length() > MAX_WHY_CHARS) {
            throw new Problem(
                    Problem.Kind.MALFORMED,
                    "why has %d characters.".formatted(why.length()),
                    "give at most %d".formatted(MAX_WHY_CHARS))
                .exception();
          }
          answered(
                  context,
                  mover.move(job.id(), principal.name(), why),
                  deed,
                  job.id().text(),
                  moved -> Replies.json(context, 200, JobJson.whole(moved, roofs.of(moved))))
              .onFailure(context::fail);
        });
  }

  private Future<Void> answered(
      RoutingContext context,
      CompletableFuture<Outcome> outcome,
      String deed,
      String on,
      java.util.function.Consumer<JobView> reply) {
    return Future.fromCompletionStage(outcome, context.vertx().getOrCreateContext())
        .compose(
            ended ->
                switch (ended) {
                  case Outcome.Accepted(JobView job) ->
                      deeds
                          .done(
                              context,
                              deed,
                              on.equals(job.id().text()) ? on : job.id() + " " + on,
                              job.state().text())
                          .map(
                              _ -> {
                                reply.accept(job);
                                return null;
                              });
                  case Outcome.DeviceChanged(var device) ->
                      throw new IllegalStateException("a job's answer is of device " + device);
                  case Outcome.Refused refused ->
                      deeds
                          .done(context, deed, on, "refused: " + refused.reason())
                          .compose(_ -> Future.failedFuture(Refusals.of(refused)));
                });
  }

  private void withJob(RoutingContext context, java.util.function.Consumer<JobView> whenFound) {
    JobId id = id(context);
    context
        .vertx()
        .executeBlocking(() -> coordinator.job(id), false)
        .onSuccess(
            found -> {
              try {
                whenFound.accept(found.orElseThrow(() -> Refusals.noJob(id)));
              } catch (RuntimeException e) {
                context.fail(e);
              }
            })
        .onFailure(context::fail);
  }

  private static JobId id(RoutingContext context) {
    @Nullable String text = context.pathParam("job");
    return Parameters.parse("job", text == null ? "" : text, JobId::parse);
  }
}
