package dev.octune.tuner.http;

import dev.octune.db.job.JobTrial;
import dev.octune.tuner.access.AccessControl;
import dev.octune.tuner.coordinator.Coordinator;
import dev.octune.tuner.coordinator.JobId;
import dev.octune.tuner.coordinator.JobView;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** All who watch a job. Thread-safe. */
final class EventStreams {
  /** Each holds a connection, and at its start a job's history. */
  private static final int MAX_STREAMS = 1000;

  private final AccessControl access;
  private final Coordinator coordinator;
  private final Function<JobId, List<JobTrial>> trials;
  private final WorkerExecutor historians;
  private final Set<EventStream> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param trials a job's trials, defaults and confirmations in the order stored; touches the disk
   * @param historians few threads: each may hold the trials of a whole job
   */
  EventStreams(
      AccessControl access,
      Coordinator coordinator,
      Function<JobId, List<JobTrial>> trials,
      WorkerExecutor historians) {
    this.access = access;
    this.coordinator = coordinator;
    this.trials = trials;
    this.historians = historians;
    access.onRevoked(
        principal ->
            open.stream()
                .filter(stream -> stream.reader().equals(principal))
                .forEach(EventStream::revoked));
  }

  /** Tells of a job until it has ended or the reader goes. */
  void open(RoutingContext context, JobId job) {
    @Nullable String last = context.request().getHeader("Last-Event-ID");
    EventId seen = last == null ? EventId.NOTHING : EventId.parse(last);
    if (closed || open.size() >= MAX_STREAMS) {
      throw new Problem(
              Problem.Kind.UNAVAILABLE,
              closed ? "The service stops." : "%d others watch jobs.".formatted(MAX_STREAMS),
              "try again later, or ask for the job now and then")
          .exception();
    }
    EventStream stream = new EventStream(context, job, seen, open::remove);
    open.add(stream);
    if (!access.holds(stream.reader())) {
      // Revoked after the guard had looked, and too early to find the stream among the open ones.
      stream.revoked();
    }
    // First the news, then the history: what is in both is told once.
    stream.listenTo(coordinator);
    historians
        .executeBlocking(() -> history(job), false)
        .onSuccess(
            history -> {
              if (history.isPresent()) {
                stream.begin(history.get());
              } else {
                stream.end();
                context.fail(Refusals.noJob(job));
              }
            })
        .onFailure(
            failure -> {
              stream.end();
              context.fail(failure);
            });
  }

  private Optional<JobHistory> history(JobId id) {
    Optional<JobView> job = coordinator.job(id);
    return job.map(
        view -> JobHistory.of(view, view.totals().trials() == 0 ? List.of() : trials.apply(id)));
  }

  int size() {
    return open.size();
  }

  /** Ends all streams; readers come again to the service's next life. */
  void close() {
    closed = true;
    open.forEach(EventStream::end);
  }
}
