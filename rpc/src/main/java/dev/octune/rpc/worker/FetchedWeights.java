package dev.octune.rpc.worker;

import dev.octune.kernels.weights.WeightStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Weights that are kept here, else fetched from the service and kept. Thread-safe; asking may wait
 * for the service, so never on an event loop.
 */
public final class FetchedWeights implements WeightStore {
  /** The largest blob over a slow line: 512 MB at 5 MB/s. */
  private static final Duration FETCH_LIMIT = Duration.ofSeconds(100);

  private final WeightStore here;
  private final Consumer<byte[]> keep;
  private final BlobFetcher service;

  /**
   * A store in front of the service.
   *
   * @param keep makes {@code here} know the bytes
   */
  public FetchedWeights(WeightStore here, Consumer<byte[]> keep, BlobFetcher service) {
    this.here = here;
    this.keep = keep;
    this.service = service;
  }

  @Override
  public Optional<byte[]> fetch(String hash) {
    Optional<byte[]> kept = here.fetch(hash);
    if (kept.isPresent()) {
      return kept;
    }
    try {
      Optional<byte[]> fetched =
          service
              .fetch(hash.substring(PREFIX.length()))
              .get(FETCH_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      fetched.ifPresent(keep);
      return fetched;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(hash, "interrupted while it was fetched", e);
    } catch (ExecutionException e) {
      throw failed(hash, String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()), e);
    } catch (TimeoutException e) {
      throw failed(hash, "not here after " + FETCH_LIMIT.toSeconds() + " s", e);
    }
  }

  private static UncheckedIOException failed(String hash, String reason, Exception cause) {
    return new UncheckedIOException(
        new IOException("weights %s are not to be had: %s".formatted(hash, reason), cause));
  }
}
