package dev.octune.rpc.tracker;

import dev.octune.rpc.call.Calls;
import dev.octune.rpc.wire.Protocol;
import dev.octune.rpc.wire.Request;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.grpc.common.GrpcHeaderNames;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcProtocol;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.concurrent.atomic.AtomicLong;

/** The tracker on Vert.x gRPC. Thread-safe. */
final class GrpcTracker implements Tracker {
  private static final String CONTENT_TYPE = "application/grpc";

  private final Sessions sessions;
  private final GrpcServer grpc;
  private final AtomicLong nextSession = new AtomicLong(1);
  private volatile boolean closed;

  GrpcTracker(
      Vertx vertx,
      TrackerSettings settings,
      TokenCheck tokens,
      BlobSource blobs,
      TrackerListener listener) {
    this.sessions = new Sessions(settings.maxWorkers());
    Admission admission = new Admission(tokens, settings.clientCertificate());
    this.grpc =
        GrpcServer.server(
            vertx,
            new GrpcServerOptions()
                .setMaxMessageSize(Protocol.MAX_MESSAGE_BYTES)
                // Workers speak HTTP/2; browsers have the HTTP API.
                .removeEnabledProtocol(GrpcProtocol.WEB)
                .removeEnabledProtocol(GrpcProtocol.WEB_TEXT)
                .removeEnabledProtocol(GrpcProtocol.TRANSCODING));
    grpc.callHandler(
        Calls.attachAtServer(),
        call -> {
          if (isOpen(call)) {
            Session.begin(
                nextSession.getAndIncrement(),
                settings,
                sessions,
                admission,
                listener,
                vertx.getOrCreateContext(),
                call);
          }
        });
    grpc.callHandler(
        Calls.fetchBlobAtServer(),
        call -> {
          if (isOpen(call)) {
            BlobCall.begin(
                nextSession.getAndIncrement(),
                settings,
                admission,
                blobs,
                listener,
                vertx.getOrCreateContext(),
                call);
          }
        });
  }

  private boolean isOpen(GrpcServerRequest<?, ?> call) {
    if (closed) {
      var _ =
          call.response()
              .status(GrpcStatus.UNAVAILABLE)
              .statusMessage("the service is going down")
              .end();
    }
    return !closed;
  }

  @Override
  public boolean accepts(HttpServerRequest request) {
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    return type != null && type.startsWith(CONTENT_TYPE);
  }

  @Override
  public Handler<HttpServerRequest> handler() {
    return request -> {
      String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
      boolean protobuf = CONTENT_TYPE.equals(type) || (CONTENT_TYPE + "+proto").equals(type);
      if (!protobuf
          || request.version() != HttpVersion.HTTP_2
          || !request.method().equals(HttpMethod.POST)) {
        var _ = request.response().setStatusCode(415).end();
        return;
      }
      String encoding = request.getHeader(GrpcHeaderNames.GRPC_ENCODING);
      if (encoding == null) {
        // The library stumbles over a message that is marked as compressed where no header says
        // how; with one that says it is not, the message can be refused.
        request.headers().set(GrpcHeaderNames.GRPC_ENCODING, Calls.PLAIN);
      } else if (!encoding.equals(Calls.PLAIN)) {
        var _ =
            request
                .response()
                .putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
                .putHeader(GrpcHeaderNames.GRPC_STATUS, GrpcStatus.UNIMPLEMENTED.toString())
                .putHeader(GrpcHeaderNames.GRPC_MESSAGE, "messages are not compressed here")
                .end();
        return;
      }
      grpc.handle(request);
    };
  }

  @Override
  public void send(long session, int device, long lease, Request request, String note) {
    Session known = sessions.get(session);
    if (known != null) {
      known.send(device, lease, request, note);
    }
  }

  @Override
  public void cancel(long session, long lease) {
    Session known = sessions.get(session);
    if (known != null) {
      known.cancel(lease);
    }
  }

  @Override
  public void acknowledge(long session, long lease) {
    Session known = sessions.get(session);
    if (known != null) {
      known.acknowledge(lease);
    }
  }

  @Override
  public void drain(long session, String reason) {
    Session known = sessions.get(session);
    if (known != null) {
      known.drain(reason);
    }
  }

  @Override
  public void drop(long session, String reason) {
    Session known = sessions.get(session);
    if (known != null) {
      known.drop(reason);
    }
  }

  @Override
  public void revoked(String tokenId) {
    sessions.revoked(tokenId).forEach(session -> session.drop("its token was revoked"));
  }

  @Override
  public void close() {
    closed = true;
    sessions.all().forEach(session -> session.drop("the service is going down"));
  }
}
