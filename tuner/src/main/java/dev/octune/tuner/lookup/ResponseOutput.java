package dev.octune.tuner.lookup;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A chunked response as a stream for a thread that may block: it waits for a client that reads
 * slowly. Written by one thread.
 */
final class ResponseOutput extends OutputStream {
  /** A client that takes nothing for so long is cut off. */
  private static final Duration SILENCE_LIMIT = Duration.ofSeconds(30);

  private final HttpServerResponse response;

  /** The write under way: the next one waits for it, so that at most two chunks are in memory. */
  private Future<Void> underWay = Future.succeededFuture();

  ResponseOutput(HttpServerResponse response) {
    this.response = response;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    await();
    underWay = response.write(Buffer.buffer(Arrays.copyOfRange(bytes, offset, offset + length)));
  }

  @Override
  public void flush() throws IOException {
    await();
  }

  private void await() throws IOException {
    try {
      underWay
          .toCompletionStage()
          .toCompletableFuture()
          .get(SILENCE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException("the client is gone", e);
    } catch (TimeoutException e) {
      throw new IOException(
          "the client took nothing for %d s".formatted(SILENCE_LIMIT.toSeconds()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the service is ending", e);
    }
  }
}
