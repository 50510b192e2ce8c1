package dev.octune.tuner.lookup;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A request's body as a stream for a thread that may block: of a body that comes faster than it is
 * read the client sends no more. Read by one thread; filled by the request's event loop.
 */
final class RequestInput extends InputStream {
  /** Chunks that wait, each of at most some 64 KB. */
  private static final int MAX_WAITING = 16;

  /** A client that sends nothing for so long is cut off. */
  private static final Duration SILENCE_LIMIT = Duration.ofSeconds(30);

  private final HttpServerRequest request;
  private final Context loop;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final Deque<Buffer> waiting = new ArrayDeque<>();
  private boolean ended;
  private Optional<String> failure = Optional.empty();

  // Of the reading thread.
  private byte[] chunk = {};
  private int position;

  /** Called on the request's event loop, before anything of its body is lost. */
  RequestInput(Vertx vertx, HttpServerRequest request) {
    this.request = request;
    this.loop = vertx.getOrCreateContext();
    request.handler(this::take);
    request.endHandler(_ -> change(() -> ended = true));
    request.exceptionHandler(
        broken ->
            change(() -> failure = Optional.of("the client is gone: " + broken.getMessage())));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (position == chunk.length) {
      @Nullable Buffer next = next();
      if (next == null) {
        return -1;
      }
      chunk = next.getBytes();
      position = 0;
    }
    int count = Math.min(length, chunk.length - position);
    System.arraycopy(chunk, position, to, offset, count);
    position += count;
    return count;
  }

  /** The next chunk, none at the end. */
  private @Nullable Buffer next() throws IOException {
    lock.lock();
    try {
      long leftNanos = SILENCE_LIMIT.toNanos();
      while (waiting.isEmpty()) {
        if (failure.isPresent()) {
          throw new IOException(failure.get());
        }
        if (ended) {
          return null;
        }
        if (leftNanos <= 0) {
          throw new IOException("nothing came for %d s".formatted(SILENCE_LIMIT.toSeconds()));
        }
        leftNanos = changed.awaitNanos(leftNanos);
      }
      Buffer next = waiting.removeFirst();
      if (waiting.size() == MAX_WAITING / 2 || waiting.isEmpty()) {
        loop.runOnContext(_ -> request.resume());
      }
      return next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the service is ending", e);
    } finally {
      lock.unlock();
    }
  }

  private void take(Buffer next) {
    change(
        () -> {
          waiting.addLast(next);
          if (waiting.size() >= MAX_WAITING) {
            request.pause();
          }
        });
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
