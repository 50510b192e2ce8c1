package dev.octune.tuner.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.access.Principal;
import dev.octune.tuner.coordinator.Coordinator;
import dev.octune.tuner.coordinator.CoordinatorListener;
import dev.octune.tuner.coordinator.DeviceView;
import dev.octune.tuner.coordinator.JobId;
import dev.octune.tuner.coordinator.JobMove;
import dev.octune.tuner.coordinator.JobNews;
import dev.octune.tuner.coordinator.JobView;
import dev.octune.tuner.coordinator.TaskView;
import io.vertx.core.Context;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One reader of a job's events: first the history, then the news. Confined to the request's event
 * loop, but for {@link #end} and the listener, which hop onto it.
 */
final class EventStream implements CoordinatorListener {
  /** Keeps proxies and the server's own idle limit from cutting a silent stream. */
  private static final Duration HEARTBEAT_EVERY = Duration.ofSeconds(15);

  /** What a reader may be behind, its history apart: some minutes of a fast job, 2 MB. */
  private static final int MAX_BEHIND = 5_000;

  /** A reader that takes nothing for so many heartbeats is gone or too slow. */
  private static final int MAX_STUCK_BEATS = 4;

  private static final String HEARTBEAT = ":\n\n";

  private final RoutingContext routing;
  private final Context loop;
  private final HttpServerResponse response;
  private final Principal reader;
  private final JobId job;
  private final EventId seen;
  private final Consumer<EventStream> onEnd;

  private @Nullable Coordinator told;
  private long timer;
  private boolean ended;

  /** News that came before the history. */
  private @Nullable List<JobNews> early = new ArrayList<>();

  private List<Workload> workloads = List.of();
  private List<JobMove> moves = new ArrayList<>();
  private int[] trialsOf = {};
  private int trials;
  private int moveCount;

  private final ArrayDeque<String> waiting = new ArrayDeque<>();
  private int historyLeft;
  private int stuckBeats;
  private boolean lastIsQueued;

  EventStream(RoutingContext routing, JobId job, EventId seen, Consumer<EventStream> onEnd) {
    this.routing = routing;
    this.loop = routing.vertx().getOrCreateContext();
    this.response = routing.response();
    this.reader = Routes.principal(routing);
    this.job = job;
    this.seen = seen;
    this.onEnd = onEnd;
  }

  /** Who reads. */
  Principal reader() {
    return reader;
  }

  void listenTo(Coordinator coordinator) {
    told = coordinator;
    coordinator.addListener(this);
    routing.addEndHandler(_ -> over());
  }

  @Override
  public void news(JobNews news) {
    if (news.job().equals(job)) {
      loop.runOnContext(_ -> take(news));
    }
  }

  @Override
  public void deviceChanged(DeviceView device) {}

  /** Tells the history, then whatever has come meanwhile. */
  void begin(JobHistory history) {
    if (ended) {
      return;
    }
    JobView view = history.job();
    if (view.state().isEnd()
        && seen.moves() >= view.moves().size()
        && seen.trials() >= history.trials().size()) {
      end(204);
      return;
    }
    response
        .setStatusCode(200)
        .setChunked(true)
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        // nginx holds answers back unless told.
        .putHeader("X-Accel-Buffering", "no");
    workloads = view.tasks().stream().map(task -> task.task().workload()).toList();
    trialsOf = new int[workloads.size()];
    queueHistory(view, history.trials());
    historyLeft = waiting.size();
    List<JobNews> meanwhile = early == null ? List.of() : early;
    early = null;
    meanwhile.forEach(this::take);
    timer = routing.vertx().setPeriodic(HEARTBEAT_EVERY.toMillis(), _ -> beat());
    write();
  }

  /** Moves, trials, confirmed tasks; the move that ended the job comes last of all. */
  private void queueHistory(JobView view, List<JobJson.Trial> told) {
    List<JobMove> all = view.moves();
    int before = view.state().isEnd() ? all.size() - 1 : all.size();
    // Ids count what was seen: until the moves are told, no trial of this stream was.
    trials = seen.trials();
    for (JobMove move : all.subList(0, before)) {
      queueMove(move);
    }
    for (JobJson.Trial trial : told) {
      trialsOf[trial.task()] = trial.trials();
      if (trial.trial() > seen.trials()) {
        trials = trial.trial();
        queue("trial", trial.json());
      }
    }
    trials = Math.max(trials, told.size());
    for (int task = 0; task < view.tasks().size(); task++) {
      TaskView its = view.tasks().get(task);
      int index = task;
      its.tuned()
          .ifPresent(
              tuned -> queue("task", JobJson.taskEvent(job, index, workloads.get(index), tuned)));
    }
    all.subList(before, all.size()).forEach(this::queueMove);
  }

  private void queueMove(JobMove move) {
    moves.add(move);
    moveCount++;
    if (moveCount > seen.moves()) {
      queue("state", JobJson.stateEvent(job, move));
    }
    lastIsQueued |= move.to().isEnd();
  }

  private void take(JobNews news) {
    if (ended || lastIsQueued) {
      return;
    }
    if (early != null) {
      early.add(news);
      return;
    }
    switch (news) {
      case JobNews.Moved(JobId _, JobMove move) -> {
        if (!moves.contains(move)) {
          queueMove(move);
        }
      }
      case JobNews.TrialEnded ended -> takeTrial(ended);
      case JobNews.TaskConfirmed confirmed ->
          queue(
              "task",
              JobJson.taskEvent(
                  job, confirmed.task(), workloads.get(confirmed.task()), confirmed.tuned()));
    }
    if (waiting.size() - historyLeft > MAX_BEHIND) {
      cutOff();
      return;
    }
    write();
  }

  private void takeTrial(JobNews.TrialEnded trial) {
    if (trial.trials() <= trialsOf[trial.task()]) {
      return;
    }
    trialsOf[trial.task()] = trial.trials();
    trials++;
    queue(
        "trial",
        new JobJson.Trial(
                job,
                trials,
                trial.task(),
                trial.trials(),
                trial.candidate().workload(),
                trial.candidate().schedule(),
                trial.device(),
                trial.measurement(),
                trial.factor(),
                trial.bestNanos())
            .json());
  }

  private void queue(String event, ObjectNode data) {
    EventId id = new EventId(Math.max(moveCount, seen.moves()), trials);
    waiting.add("id: %s\nevent: %s\ndata: %s\n\n".formatted(id.text(), event, data));
  }

  private void write() {
    if (ended) {
      return;
    }
    while (!waiting.isEmpty() && !response.writeQueueFull()) {
      var _ = response.write(waiting.remove());
      historyLeft = Math.max(0, historyLeft - 1);
      stuckBeats = 0;
    }
    if (!waiting.isEmpty()) {
      response.drainHandler(_ -> write());
    } else if (lastIsQueued) {
      end(200);
    }
  }

  private void beat() {
    if (!waiting.isEmpty() && ++stuckBeats >= MAX_STUCK_BEATS) {
      cutOff();
    } else if (waiting.isEmpty() && !response.writeQueueFull()) {
      var _ = response.write(HEARTBEAT);
    }
  }

  /** A reader that fell behind comes again with the id of the last event it got. */
  private void cutOff() {
    over();
    routing.request().connection().close();
  }

  /** Ends it at once, from any thread: the reader may read no more. */
  void revoked() {
    loop.runOnContext(
        _ -> {
          if (!ended) {
            cutOff();
          }
        });
  }

  /** Ends the stream in good order, from any thread. */
  void end() {
    loop.runOnContext(_ -> end(200));
  }

  private void end(int status) {
    if (ended) {
      return;
    }
    over();
    if (!response.headWritten()) {
      if (status != 204) {
        // Nothing was begun: whoever ends this answers.
        return;
      }
      response.setStatusCode(status);
    }
    if (!response.ended() && !response.closed()) {
      var _ = response.end();
    }
  }

  private void over() {
    if (ended) {
      return;
    }
    ended = true;
    routing.vertx().cancelTimer(timer);
    if (told != null) {
      told.removeListener(this);
    }
    onEnd.accept(this);
  }
}
