package dev.octune.rpc.tracker;

import com.google.protobuf.UnsafeByteOperations;
import dev.octune.rpc.call.Calls;
import dev.octune.rpc.v1.BlobChunk;
import dev.octune.rpc.v1.FetchBlobRequest;
import dev.octune.rpc.wire.Protocol;
import dev.octune.rpc.wire.WireException;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerRequest;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call of FetchBlob: a file, as fast as the worker reads. Confined to its event loop. */
final class BlobCall {
  private static final Logger LOG = LoggerFactory.getLogger(BlobCall.class);
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  private final Context context;
  private final GrpcServerRequest<FetchBlobRequest, BlobChunk> call;
  private final BlobSource blobs;
  private final long silenceMillis;
  private long silence;
  private boolean asked;
  private boolean over;
  private long totalBytes;
  private boolean begun;
  private @Nullable AsyncFile file;

  private BlobCall(
      Context context,
      GrpcServerRequest<FetchBlobRequest, BlobChunk> call,
      BlobSource blobs,
      long silenceMillis) {
    this.context = context;
    this.call = call;
    this.blobs = blobs;
    this.silenceMillis = silenceMillis;
  }

  /** Takes a call, on its event loop; reads nothing of it before it is admitted. */
  static void begin(
      long id,
      TrackerSettings settings,
      Admission admission,
      BlobSource blobs,
      TrackerListener listener,
      Context context,
      GrpcServerRequest<FetchBlobRequest, BlobChunk> call) {
    BlobCall blob = new BlobCall(context, call, blobs, settings.silenceLimit().toMillis());
    call.pause();
    blob.listen();
    blob.moved();
    admission.check(
        context,
        call,
        _ -> {
          if (!blob.over) {
            call.resume();
          }
        },
        (caller, refusal) -> {
          listener.on(new TrackerEvent.Refused(id, caller, "", refusal.reason()));
          blob.end(refusal.status(), refusal.reason());
        });
  }

  private void listen() {
    call.messageHandler(this::received);
    call.errorHandler(_ -> release());
    call.exceptionHandler(_ -> release());
    call.response().exceptionHandler(_ -> release());
    call.endHandler(
        _ -> {
          if (!asked) {
            end(GrpcStatus.INVALID_ARGUMENT, "the request is missing");
          }
        });
    call.invalidMessageHandler(
        _ -> end(GrpcStatus.RESOURCE_EXHAUSTED, "the request is beyond its limit"));
  }

  private void received(GrpcMessage raw) {
    if (asked || over) {
      return;
    }
    asked = true;
    String hash;
    try {
      hash = Calls.read(raw, FetchBlobRequest.parser()).getSha256();
    } catch (WireException e) {
      end(GrpcStatus.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
      return;
    }
    if (!HASH.matcher(hash).matches()) {
      end(GrpcStatus.INVALID_ARGUMENT, "a blob is named by 64 lower-case hex digits");
      return;
    }
    var _ =
        context
            .executeBlocking(() -> blobs.find(hash), false)
            .onSuccess(found -> found(hash, found))
            .onFailure(e -> failed(hash, e));
  }

  private void found(String hash, Optional<Path> found) {
    if (found.isEmpty()) {
      end(GrpcStatus.NOT_FOUND, "blob %s is not kept here".formatted(hash));
      return;
    }
    var _ =
        context
            .owner()
            .fileSystem()
            .open(found.get().toString(), new OpenOptions().setWrite(false).setCreate(false))
            .onSuccess(opened -> send(hash, opened))
            .onFailure(e -> failed(hash, e));
  }

  private void send(String hash, AsyncFile opened) {
    if (over) {
      var _ = opened.close();
      return;
    }
    file = opened;
    totalBytes = opened.sizeBlocking();
    opened.setReadBufferSize(Protocol.BLOB_CHUNK_BYTES);
    opened.exceptionHandler(e -> failed(hash, e));
    opened.endHandler(
        _ -> {
          if (!begun) {
            chunk(Buffer.buffer());
          }
          end(GrpcStatus.OK, "");
        });
    call.response()
        .drainHandler(
            _ -> {
              moved();
              opened.resume();
            });
    opened.handler(
        part -> {
          chunk(part);
          if (call.response().writeQueueFull()) {
            opened.pause();
          }
        });
  }

  private void chunk(Buffer part) {
    if (over) {
      return;
    }
    BlobChunk.Builder chunk =
        BlobChunk.newBuilder().setContent(UnsafeByteOperations.unsafeWrap(part.getBytes()));
    if (!begun) {
      begun = true;
      chunk.setTotalBytes(totalBytes);
    }
    moved();
    var _ = call.response().write(chunk.build());
  }

  private void failed(String hash, Throwable e) {
    LOG.atError()
        .addKeyValue("blob", hash)
        .addKeyValue("reason", e.getMessage())
        .log("blob.unreadable");
    end(GrpcStatus.INTERNAL, "blob %s can't be read here".formatted(hash));
  }

  /** A worker that reads nothing for too long would keep the file open for ever. */
  private void moved() {
    context.owner().cancelTimer(silence);
    silence =
        context
            .owner()
            .setTimer(
                silenceMillis,
                _ -> {
                  release();
                  call.response().cancel();
                });
  }

  private void end(GrpcStatus status, String reason) {
    if (over) {
      return;
    }
    release();
    var response = call.response().status(status);
    if (status != GrpcStatus.OK) {
      response.statusMessage(reason);
    }
    var _ = response.end();
    call.resume();
  }

  private void release() {
    over = true;
    context.owner().cancelTimer(silence);
    AsyncFile opened = file;
    file = null;
    if (opened != null) {
      var _ = opened.close();
    }
  }
}
