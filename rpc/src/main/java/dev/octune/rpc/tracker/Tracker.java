package dev.octune.rpc.tracker;

import dev.octune.rpc.wire.Request;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;

/**
 * The workers that are attached, by session: one connection of one worker. Thread-safe; no call
 * blocks. What is said to a session that has ended meanwhile is dropped: its {@link
 * TrackerEvent.Detached} is, or will be, told.
 */
public interface Tracker extends AutoCloseable {
  /**
   * A tracker on Vert.x gRPC.
   *
   * @param blobs what workers may fetch by its hash
   * @param listener hears everything, on event loops
   */
  static Tracker open(
      Vertx vertx,
      TrackerSettings settings,
      TokenCheck tokens,
      BlobSource blobs,
      TrackerListener listener) {
    return new GrpcTracker(vertx, settings, tokens, blobs, listener);
  }

  /** True for a request that belongs to {@link #handler}: any other is the HTTP API's. */
  boolean accepts(HttpServerRequest request);

  /** Serves gRPC on the HTTP API's own port, HTTP/2 in clear text or TLS. */
  Handler<HttpServerRequest> handler();

  /**
   * Hands a device a request. It ends in one {@link TrackerEvent.Ended}, or its session does.
   *
   * @param device position in the enrolment
   * @param lease fencing token, unique; the answer repeats it
   * @param note what the answer repeats where it comes over another connection, perhaps to another
   *     process; at most {@link dev.octune.rpc.wire.Protocol#MAX_NOTE_CHARS}
   * @throws IllegalStateException where as many as the device's depth are unanswered
   */
  void send(long session, int device, long lease, Request request, String note);

  /**
   * A request is not wanted any more. It still ends in one event, but counts for its device's depth
   * no longer.
   */
  void cancel(long session, long lease);

  /**
   * The outcome of a lease is kept for good, or dropped on purpose: the worker forgets it. A
   * session whose outcomes are not acknowledged is not read any more after {@link
   * TrackerSettings#maxUnacknowledged} of them.
   */
  void acknowledge(long session, long lease);

  /** Asks a worker to finish what it has, deliver and go. */
  void drain(long session, String reason);

  /** Ends a session at once; the worker attaches again, unless its token is refused by then. */
  void drop(long session, String reason);

  /** Ends every session of a token, which is known no more. */
  void revoked(String tokenId);

  /** Drops all sessions and accepts none. Idempotent. */
  @Override
  void close();
}
