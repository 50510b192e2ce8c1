package dev.octune.rpc.worker;

import dev.octune.rpc.call.Calls;
import dev.octune.rpc.v1.Draining;
import dev.octune.rpc.v1.Enrolled;
import dev.octune.rpc.v1.Health;
import dev.octune.rpc.v1.Heartbeat;
import dev.octune.rpc.v1.Result;
import dev.octune.rpc.v1.TrackerMessage;
import dev.octune.rpc.v1.WorkerMessage;
import dev.octune.rpc.wire.Enrolment;
import dev.octune.rpc.wire.Messages;
import dev.octune.rpc.wire.Protocol;
import dev.octune.rpc.wire.WireException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcStatus;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the service with its call of Attach. Ends once, whatever happens. Confined to
 * one event loop.
 */
final class Attachment {
  /** What the worker hears of a connection, on its event loop. */
  interface Owner {
    void enrolled(long session);

    /** The service answers heartbeats. */
    void alive();

    void message(TrackerMessage message) throws WireException;

    List<Health> health();

    void ended(End end);
  }

  /** How a connection ended. */
  sealed interface End {
    /** The service ended the call in good order. */
    record Finished() implements End {}

    /** Another attempt would end the same way. */
    record Refused(GrpcStatus status, String reason) implements End {}

    /** Anything else. */
    record Broken(String reason) implements End {}
  }

  private final Vertx vertx;
  private final Owner owner;
  private final GrpcClient client;
  private final Queue<Result> waiting = new ArrayDeque<>();
  private @Nullable GrpcClientRequest<WorkerMessage, TrackerMessage> call;
  private @Nullable HttpConnection connection;
  private Duration silenceLimit;
  private long watch;
  private long heardAtNanos = System.nanoTime();
  private long heartbeats;
  private boolean enrolled;
  private boolean leaving;
  private boolean over;

  private Attachment(Vertx vertx, WorkerSettings settings, Owner owner) {
    this.vertx = vertx;
    this.owner = owner;
    this.silenceLimit = settings.enrolLimit();
    this.client =
        GrpcClient.client(
            vertx,
            new GrpcClientOptions().setMaxMessageSize(Protocol.MAX_MESSAGE_BYTES),
            settings.service().options());
    this.watch = vertx.setTimer(silenceLimit.toMillis(), _ -> silent());
  }

  /** Dials and enrols. */
  static Attachment dial(
      Vertx vertx, WorkerSettings settings, String token, Enrolment enrolment, Owner owner) {
    Attachment attachment = new Attachment(vertx, settings, owner);
    var _ =
        attachment
            .client
            .request(Calls.attachAtClient())
            .onSuccess(call -> attachment.enrol(call, token, enrolment))
            .onFailure(e -> attachment.end(new End.Broken("no connection: " + e.getMessage())));
    return attachment;
  }

  /** Sends a result, now or once the service reads again. */
  void send(Result result) {
    waiting.add(result);
    flush();
  }

  /** Says that no more requests are taken. */
  void draining(String reason) {
    write(WorkerMessage.newBuilder().setDraining(Draining.newBuilder().setReason(reason)).build());
  }

  /** Everything is said: ends the call, and waits for the service to do the same. */
  void leave() {
    GrpcClientRequest<WorkerMessage, TrackerMessage> open = call;
    if (open != null && !over && !leaving) {
      leaving = true;
      var _ = open.end();
    }
  }

  /** Ends the connection at once, and says no more. */
  void abandon() {
    end(new End.Broken("closed here"));
  }

  boolean isEnrolled() {
    return enrolled && !over;
  }

  private void enrol(
      GrpcClientRequest<WorkerMessage, TrackerMessage> opened, String token, Enrolment enrolment) {
    if (over) {
      opened.cancel();
      return;
    }
    call = opened;
    connection = opened.connection();
    opened.headers().set(Calls.TOKEN_KEY, Calls.TOKEN_SCHEME + token);
    opened.exceptionHandler(e -> broken(e.getMessage()));
    opened.drainHandler(_ -> flush());
    var _ = opened.response().onSuccess(this::listen).onFailure(e -> broken(e.getMessage()));
    write(WorkerMessage.newBuilder().setEnrol(Messages.enrol(enrolment)).build());
  }

  private void listen(GrpcClientResponse<WorkerMessage, TrackerMessage> response) {
    response.messageHandler(this::received);
    response.exceptionHandler(e -> broken(e.getMessage()));
    response.errorHandler(error -> broken("the service reset the call: " + error));
    response.invalidMessageHandler(
        _ -> broken("a message is beyond %d bytes".formatted(Protocol.MAX_MESSAGE_BYTES)));
    response.endHandler(
        _ ->
            end(
                end(
                    response.status(),
                    Calls.reason(response.statusMessage(), response.trailers()))));
  }

  private static End end(GrpcStatus status, String reason) {
    return switch (status) {
      case OK -> new End.Finished();
      case UNAUTHENTICATED, PERMISSION_DENIED, FAILED_PRECONDITION ->
          new End.Refused(status, reason);
      default -> new End.Broken("%s: %s".formatted(status.name(), reason));
    };
  }

  private void received(GrpcMessage raw) {
    if (over) {
      return;
    }
    heardAtNanos = System.nanoTime();
    try {
      TrackerMessage message = Calls.read(raw, TrackerMessage.parser());
      if (message.hasEnrolled()) {
        enrolled(message.getEnrolled());
      } else if (!enrolled) {
        throw new WireException("the first message must be Enrolled");
      } else if (message.hasHeartbeatReply()) {
        owner.alive();
      } else {
        owner.message(message);
      }
    } catch (WireException e) {
      broken(e.getMessage());
    }
  }

  private void enrolled(Enrolled message) throws WireException {
    long every = Integer.toUnsignedLong(message.getHeartbeatEveryMillis());
    long silence = Integer.toUnsignedLong(message.getSilenceLimitMillis());
    if (enrolled || every < 1 || silence < every) {
      throw new WireException(
          "enrolled with heartbeats every %d ms and a silence limit of %d ms"
              .formatted(every, silence));
    }
    enrolled = true;
    silenceLimit = Duration.ofMillis(silence);
    vertx.cancelTimer(watch);
    watch = vertx.setPeriodic(every, _ -> beat());
    owner.enrolled(message.getSession());
  }

  private void beat() {
    if (System.nanoTime() - heardAtNanos > silenceLimit.toNanos()) {
      silent();
      return;
    }
    GrpcClientRequest<WorkerMessage, TrackerMessage> open = call;
    // Where the service does not read, one more message helps nobody.
    if (open != null && !open.writeQueueFull()) {
      write(
          WorkerMessage.newBuilder()
              .setHeartbeat(
                  Heartbeat.newBuilder().setSequence(++heartbeats).addAllDevices(owner.health()))
              .build());
    }
  }

  private void flush() {
    GrpcClientRequest<WorkerMessage, TrackerMessage> open = call;
    while (open != null && enrolled && !over && !open.writeQueueFull()) {
      Result next = waiting.poll();
      if (next == null) {
        return;
      }
      write(WorkerMessage.newBuilder().setResult(next).build());
    }
  }

  private void write(WorkerMessage message) {
    GrpcClientRequest<WorkerMessage, TrackerMessage> open = call;
    if (open != null && !over && !leaving) {
      // What can't be written ends the call through its handlers.
      var _ = open.write(message);
    }
  }

  private void silent() {
    broken("the service says nothing for %d ms".formatted(silenceLimit.toMillis()));
  }

  private void broken(@Nullable String reason) {
    end(new End.Broken(String.valueOf(reason)));
  }

  private void end(End end) {
    if (over) {
      return;
    }
    over = true;
    vertx.cancelTimer(watch);
    HttpConnection dialled = connection;
    if (dialled != null) {
      // A connection over which nothing comes must not be used again.
      var _ = dialled.close();
    }
    var _ = client.close();
    owner.ended(end);
  }
}
