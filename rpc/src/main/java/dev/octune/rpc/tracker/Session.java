package dev.octune.rpc.tracker;

import dev.octune.rpc.call.Calls;
import dev.octune.rpc.v1.Acknowledge;
import dev.octune.rpc.v1.Cancel;
import dev.octune.rpc.v1.Drain;
import dev.octune.rpc.v1.Enrol;
import dev.octune.rpc.v1.Enrolled;
import dev.octune.rpc.v1.Heartbeat;
import dev.octune.rpc.v1.HeartbeatReply;
import dev.octune.rpc.v1.Result;
import dev.octune.rpc.v1.TrackerMessage;
import dev.octune.rpc.v1.WorkerMessage;
import dev.octune.rpc.wire.DeviceHealth;
import dev.octune.rpc.wire.Enrolment;
import dev.octune.rpc.wire.Messages;
import dev.octune.rpc.wire.Protocol;
import dev.octune.rpc.wire.Request;
import dev.octune.rpc.wire.WireException;
import io.vertx.core.Context;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of Attach, from its token to its end. Confined to its call's event loop, but for what
 * says otherwise.
 */
final class Session {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  /** After the status of an end is written, the peer has so long to read it. */
  private static final long LINGER_MILLIS = 2_000;

  /** Why nothing is read from the peer. */
  private enum Hold {
    /** Its token is being looked at. */
    TOKEN,
    /** It does not read what it is sent: whatever it sends meanwhile would make more of it. */
    UNREAD,
    /** Too many of its outcomes are told and not acknowledged. */
    UNACKNOWLEDGED
  }

  private enum Stage {
    ENROLLING,
    ATTACHED,
    ENDED
  }

  private final long id;
  private final TrackerSettings settings;
  private final Sessions sessions;
  private final TrackerListener listener;
  private final Context context;
  private final GrpcServerRequest<WorkerMessage, TrackerMessage> call;
  private final Set<Hold> holds = EnumSet.noneOf(Hold.class);
  private final Set<Long> unacknowledged = new HashSet<>();
  private final Object telling = new Object();
  private final long watch;
  private Stage stage = Stage.ENROLLING;
  private boolean draining;
  private long heardAtNanos = System.nanoTime();
  private long unreadSinceNanos;
  private volatile Caller caller;
  private @Nullable Enrolment enrolment;
  private volatile @Nullable OpenRequests open;
  // Guarded by telling.
  private boolean detached;

  private Session(
      long id,
      TrackerSettings settings,
      Sessions sessions,
      TrackerListener listener,
      Context context,
      GrpcServerRequest<WorkerMessage, TrackerMessage> call) {
    this.id = id;
    this.settings = settings;
    this.sessions = sessions;
    this.listener = listener;
    this.context = context;
    this.call = call;
    this.caller = Caller.stranger(String.valueOf(call.connection().remoteAddress()));
    this.watch =
        context.owner().setPeriodic(settings.heartbeatEvery().toMillis(), _ -> lookForSilence());
  }

  /** Takes a call, on its event loop; reads nothing of it before it is admitted. */
  static void begin(
      long id,
      TrackerSettings settings,
      Sessions sessions,
      Admission admission,
      TrackerListener listener,
      Context context,
      GrpcServerRequest<WorkerMessage, TrackerMessage> call) {
    Session session = new Session(id, settings, sessions, listener, context, call);
    session.hold(Hold.TOKEN);
    session.listen();
    admission.check(
        context,
        call,
        caller -> {
          session.caller = caller;
          session.release(Hold.TOKEN);
        },
        (caller, refusal) -> {
          session.caller = caller;
          session.refuse("", refusal);
        });
  }

  /** Thread-safe. */
  long id() {
    return id;
  }

  /** Who is there. Thread-safe. */
  Caller caller() {
    return caller;
  }

  // What the coordinator says, from any thread ------------------------------------------------

  void send(int device, long lease, Request request, String note) {
    Objects.requireNonNull(open).add(lease, device);
    context.runOnContext(_ -> write(Messages.request(lease, device, request, note)));
  }

  void cancel(long lease) {
    // Whoever cancels has given it up: another may be sent in its place.
    Objects.requireNonNull(open).remove(lease);
    say(TrackerMessage.newBuilder().setCancel(Cancel.newBuilder().setLease(lease)));
  }

  void acknowledge(long lease) {
    context.runOnContext(
        _ -> {
          write(
              TrackerMessage.newBuilder()
                  .setAcknowledge(Acknowledge.newBuilder().setLease(lease))
                  .build());
          if (unacknowledged.remove(lease)
              && unacknowledged.size() < settings.maxUnacknowledged()) {
            release(Hold.UNACKNOWLEDGED);
          }
        });
  }

  void drain(String reason) {
    say(TrackerMessage.newBuilder().setDrain(Drain.newBuilder().setReason(reason)));
  }

  void drop(String reason) {
    context.runOnContext(_ -> end(GrpcStatus.UNAVAILABLE, reason));
  }

  /** Another connection of the same instance has come: this one is over from now on. */
  void replaced() {
    String reason = "the worker has attached anew";
    tell(new TrackerEvent.Detached(id, reason));
    context.runOnContext(_ -> end(GrpcStatus.ABORTED, reason));
  }

  /** Tells an event, unless the end has been told. */
  void tell(TrackerEvent event) {
    synchronized (telling) {
      if (!detached) {
        detached = event instanceof TrackerEvent.Detached;
        listener.on(event);
      }
    }
  }

  private void say(TrackerMessage.Builder message) {
    context.runOnContext(_ -> write(message.build()));
  }

  // What the worker says ----------------------------------------------------------------------

  private void listen() {
    call.messageHandler(this::received);
    call.endHandler(
        _ -> {
          if (stage == Stage.ENROLLING) {
            refuse(
                "",
                new Admission.Refusal(
                    GrpcStatus.INVALID_ARGUMENT, "the call ended before it had enrolled"));
          } else {
            end(GrpcStatus.OK, draining ? "it has delivered and gone" : "it has ended the call");
          }
        });
    call.errorHandler(error -> gone("the call was reset: " + error));
    call.exceptionHandler(e -> gone("the connection is gone: " + e.getMessage()));
    call.invalidMessageHandler(
        _ ->
            end(
                GrpcStatus.RESOURCE_EXHAUSTED,
                "a message is beyond %d bytes".formatted(Protocol.MAX_MESSAGE_BYTES)));
    call.response().exceptionHandler(e -> gone("the connection is gone: " + e.getMessage()));
    call.response().drainHandler(_ -> release(Hold.UNREAD));
  }

  private void received(GrpcMessage raw) {
    if (stage == Stage.ENDED) {
      return;
    }
    heardAtNanos = System.nanoTime();
    try {
      WorkerMessage message = Calls.read(raw, WorkerMessage.parser());
      if (stage == Stage.ENROLLING) {
        enrol(message);
        return;
      }
      switch (message.getMessageCase()) {
        case RESULT -> ended(message.getResult());
        case HEARTBEAT -> heard(message.getHeartbeat());
        case DRAINING -> {
          draining = true;
          tell(new TrackerEvent.Draining(id, cut(message.getDraining().getReason())));
        }
        case ENROL -> throw new WireException("a worker enrols once in a call");
        // A later version's message, which this one need not understand.
        case MESSAGE_NOT_SET -> {}
      }
    } catch (WireException e) {
      String reason = String.valueOf(e.getMessage());
      if (stage == Stage.ENROLLING) {
        refuse("", new Admission.Refusal(GrpcStatus.INVALID_ARGUMENT, reason));
      } else {
        end(GrpcStatus.INVALID_ARGUMENT, reason);
      }
    }
  }

  private void enrol(WorkerMessage message) throws WireException {
    if (!message.hasEnrol()) {
      throw new WireException("the first message must be Enrol");
    }
    Enrol enrol = message.getEnrol();
    if (enrol.getProtocolVersion() != Protocol.VERSION) {
      refuse(
          enrol,
          "the worker speaks protocol %s, this service %d. Mend: install the service's version of octune"
              .formatted(Integer.toUnsignedString(enrol.getProtocolVersion()), Protocol.VERSION));
      return;
    }
    if (!enrol.getKernelsVersion().equals(settings.kernelsVersion())) {
      refuse(
          enrol,
          "the worker's templates are '%s', this service's '%s': the same schedule would mean another kernel. Mend: install the service's version of octune"
              .formatted(cut(enrol.getKernelsVersion()), settings.kernelsVersion()));
      return;
    }
    Enrolment read;
    try {
      read = Messages.enrolment(enrol);
    } catch (WireException e) {
      refuse(enrol, String.valueOf(e.getMessage()));
      return;
    }
    attach(read);
  }

  private void attach(Enrolment read) {
    enrolment = read;
    open = new OpenRequests(read.devices());
    stage = Stage.ATTACHED;
    // Written before anybody knows of the session: the first message of a call is Enrolled.
    write(
        TrackerMessage.newBuilder()
            .setEnrolled(
                Enrolled.newBuilder()
                    .setSession(id)
                    .setHeartbeatEveryMillis((int) settings.heartbeatEvery().toMillis())
                    .setSilenceLimitMillis((int) settings.silenceLimit().toMillis()))
            .build());
    sessions
        .attach(this, read)
        .ifPresentOrElse(
            refusal -> {
              stage = Stage.ENROLLING;
              refuse(read.workerName(), refusal);
            },
            () ->
                LOG.atInfo()
                    .addKeyValue("session", id)
                    .addKeyValue("worker", read.workerName())
                    .addKeyValue("devices", read.devices().size())
                    .addKeyValue("principal", caller.principal())
                    .addKeyValue("peer", caller.peer())
                    .log("worker.attached"));
  }

  private void refuse(Enrol enrol, String reason) {
    refuse(enrol.getWorkerName(), new Admission.Refusal(GrpcStatus.FAILED_PRECONDITION, reason));
  }

  /** It can be caused by anybody at any rate: whoever listens decides what is written down. */
  private void refuse(String worker, Admission.Refusal refusal) {
    tell(new TrackerEvent.Refused(id, caller, cut(worker), refusal.reason()));
    end(refusal.status(), refusal.reason());
  }

  private void ended(Result result) throws WireException {
    TrackerEvent.Ended event =
        new TrackerEvent.Ended(
            id,
            device(result.getDevice()),
            result.getLease(),
            Messages.outcome(result),
            Messages.note(result));
    Objects.requireNonNull(open).remove(event.lease());
    unacknowledged.add(event.lease());
    if (unacknowledged.size() >= settings.maxUnacknowledged()) {
      hold(Hold.UNACKNOWLEDGED);
    }
    tell(event);
  }

  private void heard(Heartbeat heartbeat) throws WireException {
    int devices = Objects.requireNonNull(enrolment).devices().size();
    if (heartbeat.getDevicesCount() != devices) {
      throw new WireException(
          "a heartbeat tells of %d devices, %d are enrolled"
              .formatted(heartbeat.getDevicesCount(), devices));
    }
    List<DeviceHealth> healths = new ArrayList<>();
    for (var health : heartbeat.getDevicesList()) {
      healths.add(Messages.health(health));
    }
    for (int device = 0; device < devices; device++) {
      tell(new TrackerEvent.Heard(id, device, healths.get(device)));
    }
    write(
        TrackerMessage.newBuilder()
            .setHeartbeatReply(HeartbeatReply.newBuilder().setSequence(heartbeat.getSequence()))
            .build());
  }

  private int device(int position) throws WireException {
    int devices = Objects.requireNonNull(enrolment).devices().size();
    if (position < 0 || position >= devices) {
      throw new WireException(
          "a result of device %s, %d are enrolled"
              .formatted(Integer.toUnsignedString(position), devices));
    }
    return position;
  }

  // Flow and silence --------------------------------------------------------------------------

  private void write(TrackerMessage message) {
    if (stage == Stage.ENDED) {
      return;
    }
    // What can't be written ends the call through its handlers.
    var _ = call.response().write(message);
    if (call.response().writeQueueFull() && hold(Hold.UNREAD)) {
      unreadSinceNanos = System.nanoTime();
    }
  }

  private boolean hold(Hold why) {
    if (holds.isEmpty()) {
      call.pause();
    }
    return holds.add(why);
  }

  private void release(Hold why) {
    if (holds.remove(why) && holds.isEmpty() && stage != Stage.ENDED) {
      // What it said meanwhile is not read yet.
      heardAtNanos = System.nanoTime();
      call.resume();
    }
  }

  private void lookForSilence() {
    long now = System.nanoTime();
    Duration limit = settings.silenceLimit();
    if (holds.contains(Hold.UNREAD) && now - unreadSinceNanos > limit.toNanos()) {
      silent("it reads nothing for " + limit.toMillis() + " ms");
    } else if (!holds.contains(Hold.UNREAD)
        && !holds.contains(Hold.UNACKNOWLEDGED)
        && now - heardAtNanos > limit.toNanos()) {
      silent(
          stage == Stage.ENROLLING
              ? "it has not enrolled within " + limit.toMillis() + " ms"
              : "it says nothing for " + limit.toMillis() + " ms");
    }
  }

  private void silent(String reason) {
    end(GrpcStatus.UNAVAILABLE, reason);
    // Whoever is silent may never read the end: nothing of it must stay.
    context.owner().setTimer(LINGER_MILLIS, _ -> call.connection().close());
  }

  // The end -----------------------------------------------------------------------------------

  private void end(GrpcStatus status, String reason) {
    if (!over(reason)) {
      return;
    }
    var response = call.response().status(status);
    if (status != GrpcStatus.OK) {
      response.statusMessage(reason);
    }
    var _ = response.end();
    // A peer that does not end its side would keep the stream.
    context.owner().setTimer(LINGER_MILLIS, _ -> call.response().cancel());
    // What it goes on to say is read and dropped, so that its end is seen.
    holds.clear();
    call.resume();
  }

  private void gone(String reason) {
    boolean _ = over(reason);
  }

  /** True the first time. */
  private boolean over(String reason) {
    if (stage == Stage.ENDED) {
      return false;
    }
    boolean attached = stage == Stage.ATTACHED;
    stage = Stage.ENDED;
    context.owner().cancelTimer(watch);
    Enrolment known = enrolment;
    if (attached && known != null) {
      sessions.remove(this, known);
      tell(new TrackerEvent.Detached(id, reason));
      LOG.atInfo()
          .addKeyValue("session", id)
          .addKeyValue("worker", known.workerName())
          .addKeyValue("reason", reason)
          .log("worker.detached");
    }
    return true;
  }

  private static String cut(String text) {
    return text.length() <= Protocol.MAX_REASON_CHARS
        ? text
        : text.substring(0, Protocol.MAX_REASON_CHARS) + "…";
  }
}
