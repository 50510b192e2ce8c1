package dev.octune.rpc.worker;

import dev.octune.rpc.call.Calls;
import dev.octune.rpc.v1.BlobChunk;
import dev.octune.rpc.v1.FetchBlobRequest;
import dev.octune.rpc.wire.Protocol;
import dev.octune.rpc.wire.WireException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcStatus;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Fetches data of the service by its hash, over a connection of its own: heartbeats must not wait
 * behind a hundred megabytes. Those who ask for one blob at once share one call. Thread-safe.
 */
public final class BlobFetcher implements AutoCloseable {
  /** Between two parts of a blob; the service gives up as early. */
  private static final Duration SILENCE_LIMIT = Protocol.SILENCE_LIMIT;

  private final Vertx vertx;
  private final Context context;
  private final WorkerSettings settings;
  private final GrpcClient client;
  private final Map<String, CompletableFuture<Optional<byte[]>>> running =
      new ConcurrentHashMap<>();

  /** A fetcher, which dials when it is first asked. */
  public BlobFetcher(Vertx vertx, WorkerSettings settings) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.settings = settings;
    this.client =
        GrpcClient.client(
            vertx,
            new GrpcClientOptions().setMaxMessageSize(Protocol.MAX_MESSAGE_BYTES),
            settings.service().options());
  }

  /**
   * The bytes with this hash; empty where the service has none. Exceptionally with {@link
   * RpcFailure}.
   *
   * @param sha256 64 lower-case hex digits
   */
  public CompletableFuture<Optional<byte[]>> fetch(String sha256) {
    CompletableFuture<Optional<byte[]>> mine = new CompletableFuture<>();
    CompletableFuture<Optional<byte[]>> theirs = running.putIfAbsent(sha256, mine);
    if (theirs != null) {
      return theirs;
    }
    var _ = mine.whenComplete((_, _) -> running.remove(sha256));
    context.runOnContext(_ -> call(sha256, mine));
    return mine;
  }

  private void call(String sha256, CompletableFuture<Optional<byte[]>> answer) {
    var _ =
        context
            .executeBlocking(settings.token())
            .compose(
                token ->
                    client
                        .request(Calls.fetchBlobAtClient())
                        .compose(
                            call -> {
                              call.headers().set(Calls.TOKEN_KEY, Calls.TOKEN_SCHEME + token);
                              var response = call.response();
                              var _ =
                                  call.end(FetchBlobRequest.newBuilder().setSha256(sha256).build());
                              return response.compose(
                                  opened -> new Incoming(sha256, call, opened).read());
                            }))
            .onSuccess(answer::complete)
            .onFailure(
                e ->
                    answer.completeExceptionally(
                        e instanceof RpcFailure
                            ? e
                            : new RpcFailure(
                                "blob %s can't be fetched from %s: %s"
                                    .formatted(sha256, settings.service().uri(), e.getMessage()),
                                e)));
  }

  /** One blob as it comes in. Confined to the event loop. */
  private final class Incoming {
    private final String sha256;
    private final GrpcClientRequest<FetchBlobRequest, BlobChunk> call;
    private final GrpcClientResponse<FetchBlobRequest, BlobChunk> response;
    private final Promise<Optional<byte[]>> whole = Promise.promise();
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private long totalBytes = -1;
    private long watch;

    Incoming(
        String sha256,
        GrpcClientRequest<FetchBlobRequest, BlobChunk> call,
        GrpcClientResponse<FetchBlobRequest, BlobChunk> response) {
      this.sha256 = sha256;
      this.call = call;
      this.response = response;
    }

    Future<Optional<byte[]>> read() {
      listenForSilence();
      response.exceptionHandler(e -> fail("the connection is gone: " + e.getMessage()));
      response.errorHandler(error -> fail("the service reset the call: " + error));
      response.invalidMessageHandler(_ -> fail("a part is beyond its limit"));
      response.messageHandler(this::part);
      response.endHandler(_ -> end());
      return whole.future();
    }

    private void part(GrpcMessage raw) {
      listenForSilence();
      BlobChunk chunk;
      try {
        chunk = Calls.read(raw, BlobChunk.parser());
      } catch (WireException e) {
        fail(String.valueOf(e.getMessage()));
        return;
      }
      if (totalBytes < 0) {
        totalBytes = chunk.getTotalBytes();
        if (totalBytes < 0 || totalBytes > Protocol.MAX_BLOB_BYTES) {
          fail(
              "it has %s bytes, at most %d are taken"
                  .formatted(Long.toUnsignedString(totalBytes), Protocol.MAX_BLOB_BYTES));
          return;
        }
      }
      if (content.size() + (long) chunk.getContent().size() > totalBytes) {
        fail("it has more bytes than the %d it began with".formatted(totalBytes));
        return;
      }
      content.writeBytes(chunk.getContent().toByteArray());
    }

    private void end() {
      vertx.cancelTimer(watch);
      GrpcStatus status = response.status();
      if (status == GrpcStatus.NOT_FOUND) {
        boolean _ = whole.tryComplete(Optional.empty());
      } else if (status != GrpcStatus.OK) {
        fail(
            "%s: %s"
                .formatted(
                    status.name(), Calls.reason(response.statusMessage(), response.trailers())));
      } else if (content.size() != totalBytes) {
        fail("%d of its %d bytes came".formatted(content.size(), totalBytes));
      } else {
        check(content.toByteArray());
      }
    }

    private void check(byte[] bytes) {
      // A hundred megabytes take a tenth of a second.
      var _ =
          context
              .executeBlocking(() -> hash(bytes), false)
              .onSuccess(
                  hash -> {
                    if (hash.equals(sha256)) {
                      boolean _ = whole.tryComplete(Optional.of(bytes));
                    } else {
                      fail(
                          "its bytes have the hash %s. Mend: on the service, delete and upload it again"
                              .formatted(hash));
                    }
                  });
    }

    private void fail(String reason) {
      vertx.cancelTimer(watch);
      if (whole.tryFail(new RpcFailure("blob %s: %s".formatted(sha256, reason)))) {
        call.cancel();
      }
    }

    private void listenForSilence() {
      vertx.cancelTimer(watch);
      watch =
          vertx.setTimer(
              SILENCE_LIMIT.toMillis(),
              _ -> fail("nothing came for %d ms".formatted(SILENCE_LIMIT.toMillis())));
    }
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public void close() {
    var _ = client.close();
  }
}
