package dev.octune.tuner.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The server's connections: so many and no more, and none on which no request is under way for too
 * long, whatever trickles in: a head that never ends, or pings. In clear text the library tells of
 * a connection with its first request's head only, with TLS after the handshake. Thread-safe.
 */
final class Connections {
  /** Workers, watchers and compilers of a large team; each takes some 30 KB. */
  private static final int MAX_CONNECTIONS = 8_000;

  /** How late an end may come, in parts of the limit. */
  private static final int LOOKS_PER_LIMIT = 9;

  private final long limitNanos;

  /**
   * By the peer's address and port, since a connection that is upgraded to HTTP/2 becomes another
   * object, and the first one's end is not told.
   */
  private final Map<SocketAddress, Watched> open = new ConcurrentHashMap<>();

  /**
   * @param vertx looks after them, until it is closed
   * @param limit how long a connection may be without a request
   */
  Connections(Vertx vertx, Duration limit) {
    this.limitNanos = limit.toNanos();
    vertx.setPeriodic(Math.max(1, limit.toMillis() / LOOKS_PER_LIMIT), _ -> closeUnused());
  }

  /** One connection. Guarded by itself. */
  private static final class Watched {
    private final HttpConnection connection;
    private int requests;
    private long unusedSinceNanos = System.nanoTime();

    Watched(HttpConnection connection) {
      this.connection = connection;
    }

    synchronized void begun() {
      requests++;
    }

    synchronized void ended() {
      requests--;
      unusedSinceNanos = System.nanoTime();
    }

    synchronized boolean isUnused(long limitNanos) {
      return requests == 0 && System.nanoTime() - unusedSinceNanos > limitNanos;
    }
  }

  /** Takes a connection in, or closes it where there are too many. */
  void opened(HttpConnection connection) {
    Watched watched = new Watched(connection);
    SocketAddress peer = connection.remoteAddress();
    open.put(peer, watched);
    connection.closeHandler(_ -> open.remove(peer, watched));
    if (open.size() > MAX_CONNECTIONS) {
      connection.close();
    }
  }

  /** A request of the router is under way until it is answered, or its client gone. */
  void serve(RoutingContext context) {
    @Nullable Watched watched = open.get(context.request().connection().remoteAddress());
    if (watched != null) {
      watched.begun();
      context.addEndHandler(_ -> watched.ended());
    }
    context.next();
  }

  /** A call of a worker is under way until its stream is closed. */
  void serve(HttpServerRequest call) {
    @Nullable Watched watched = open.get(call.connection().remoteAddress());
    if (watched != null) {
      watched.begun();
      call.response().closeHandler(_ -> watched.ended());
    }
  }

  /** Connections now. */
  int size() {
    return open.size();
  }

  private void closeUnused() {
    for (Watched watched : open.values()) {
      if (watched.isUnused(limitNanos)) {
        watched.connection.close();
      }
    }
  }
}
