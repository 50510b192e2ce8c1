package dev.octune.rpc.tracker;

import dev.octune.rpc.wire.Enrolment;
import io.vertx.grpc.common.GrpcStatus;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that are attached, each worker's process and each name at most once. Thread-safe.
 */
final class Sessions {
  private final int maxWorkers;
  private final Map<Long, Session> byId = new ConcurrentHashMap<>();
  private final Map<String, Session> byInstance = new HashMap<>();
  private final Map<String, Session> byName = new HashMap<>();

  /** Whoever was admitted before, and enrols after its token was revoked, must not get in. */
  private final Set<String> revokedTokens = new HashSet<>();

  Sessions(int maxWorkers) {
    this.maxWorkers = maxWorkers;
  }

  /**
   * Takes a session in and tells that it is there; an older one of the same instance is told to be
   * detached before, and ended.
   *
   * @return why not
   */
  synchronized Optional<Admission.Refusal> attach(Session session, Enrolment enrolment) {
    if (revokedTokens.contains(session.caller().tokenId())) {
      return Optional.of(
          new Admission.Refusal(GrpcStatus.UNAUTHENTICATED, "the token was just revoked"));
    }
    Session older = byInstance.get(enrolment.instance());
    if (older != null && !older.caller().principal().equals(session.caller().principal())) {
      return Optional.of(
          new Admission.Refusal(
              GrpcStatus.PERMISSION_DENIED,
              "this instance is attached with another token. Mend: start the worker anew"));
    }
    if (older == null && byInstance.size() >= maxWorkers) {
      return Optional.of(
          new Admission.Refusal(
              GrpcStatus.RESOURCE_EXHAUSTED,
              "%d workers are attached, as many as are allowed".formatted(maxWorkers)));
    }
    Session namesake = byName.get(enrolment.workerName());
    if (namesake != null && namesake != older) {
      // It may be this worker's own last life, whose end is not noticed yet.
      return Optional.of(
          new Admission.Refusal(
              GrpcStatus.ALREADY_EXISTS,
              "a worker named '%s' is attached from %s. Mend: give this one another --name"
                  .formatted(enrolment.workerName(), namesake.caller().peer())));
    }
    if (older != null) {
      byId.remove(older.id());
      older.replaced();
    }
    byInstance.put(enrolment.instance(), session);
    byName.put(enrolment.workerName(), session);
    byId.put(session.id(), session);
    session.tell(new TrackerEvent.Attached(session.id(), session.caller(), enrolment));
    return Optional.empty();
  }

  /** Those of a token, which attaches no more. */
  synchronized List<Session> revoked(String tokenId) {
    revokedTokens.add(tokenId);
    return byId.values().stream()
        .filter(session -> session.caller().tokenId().equals(tokenId))
        .toList();
  }

  /** Lets a session go; nothing happens where another has taken its place. */
  synchronized void remove(Session session, Enrolment enrolment) {
    byId.remove(session.id());
    byInstance.remove(enrolment.instance(), session);
    byName.remove(enrolment.workerName(), session);
  }

  /** The session, null where it has ended. */
  @Nullable Session get(long id) {
    return byId.get(id);
  }

  /** Those attached now. */
  List<Session> all() {
    return List.copyOf(byId.values());
  }
}
