package dev.octune.tuner.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpServerFileUpload;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.streams.ReadStream;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Models on their way to a file: never in memory whole, never more at once than the disk and the
 * one parser bear. Thread-safe.
 */
final class Uploads {
  /** The part of a form that holds the model. */
  private static final String PART = "model";

  /** Each may fill the largest file; they are parsed one after the other. */
  private static final int MAX_AT_ONCE = 4;

  /** The largest model over a slow line; the connection's idle limit ends what stands still. */
  private static final Duration TIME_LIMIT = Duration.ofMinutes(10);

  /** What uploads leave of the disk: database and logs must go on, for days. */
  static final long RESERVED_BYTES = 1L << 30;

  private static final String ENDING = ".upload";

  /** RFC 9530; digests by other algorithms are not looked at. */
  private static final Pattern DIGEST =
      Pattern.compile("(?:^|.*[, ])sha-256=:([A-Za-z0-9+/=]+):.*");

  private final Vertx vertx;
  private final Path folder;
  private final long maxBytes;
  private final LongSupplier usableBytes;
  private final Semaphore places = new Semaphore(MAX_AT_ONCE);
  private final AtomicLong nextNumber = new AtomicLong();

  /**
   * @param folder this service's alone; what an earlier life left there is deleted
   * @param usableBytes of the folder's disk; asked off the event loops
   */
  Uploads(Vertx vertx, Path folder, long maxBytes, LongSupplier usableBytes) {
    this.vertx = vertx;
    this.folder = folder;
    this.maxBytes = maxBytes;
    this.usableBytes = usableBytes;
    try {
      Files.createDirectories(folder);
      try (Stream<Path> left = Files.list(folder)) {
        for (Path file : left.filter(f -> f.toString().endsWith(ENDING)).toList()) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Uploads can't be kept in " + folder, e);
    }
  }

  /**
   * A file that came whole.
   *
   * @param fileName as its sender calls it; empty where unknown
   */
  record Received(Path file, Optional<String> fileName, Runnable onDone) implements AutoCloseable {
    /** Deletes the file and lets another one come. */
    @Override
    public void close() {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new UncheckedIOException("Upload " + file + " can't be deleted", e);
      } finally {
        onDone.run();
      }
    }
  }

  /** The request's raw body. */
  Future<Received> body(RoutingContext context) {
    return begin(context, (upload, request) -> upload.fromBody(request));
  }

  /** The model of the request's form; its other parts are the request's form attributes then. */
  Future<Received> form(RoutingContext context) {
    return begin(
        context,
        (upload, request) -> {
          request.setExpectMultipart(true);
          request.uploadHandler(part -> upload.fromPart(part));
          request.endHandler(_ -> upload.formEnded());
        });
  }

  private Future<Received> begin(
      RoutingContext context, java.util.function.BiConsumer<Upload, HttpServerRequest> connect) {
    HttpServerRequest request = context.request();
    // Refused before the body is asked for; the form's own framing is little.
    if (Bodies.declaredBytes(request).orElse(0) > maxBytes + (1 << 16)) {
      return refused(context, Bodies.tooLarge(maxBytes));
    }
    if (!places.tryAcquire()) {
      return refused(
          context,
          new Problem(
              Problem.Kind.UNAVAILABLE,
              "%d other models are being received.".formatted(MAX_AT_ONCE),
              "try again in some seconds"));
    }
    request.pause();
    AtomicBoolean gone = new AtomicBoolean();
    request.exceptionHandler(_ -> gone.set(true));
    Path file = folder.resolve(nextNumber.getAndIncrement() + ENDING);
    long neededBytes = RESERVED_BYTES + Bodies.declaredBytes(request).orElse(maxBytes);
    return vertx
        .executeBlocking(usableBytes::getAsLong, false)
        .onFailure(_ -> places.release())
        .compose(
            usable -> {
              if (usable >= neededBytes) {
                return receive(context, file, gone, connect);
              }
              places.release();
              return refused(
                  context,
                  new Problem(
                      Problem.Kind.UNAVAILABLE,
                      "The service's disk is nearly full.",
                      "tell the service's administrator; workload texts are still taken"));
            });
  }

  private Future<Received> receive(
      RoutingContext context,
      Path file,
      AtomicBoolean gone,
      java.util.function.BiConsumer<Upload, HttpServerRequest> connect) {
    HttpServerRequest request = context.request();
    return vertx
        .fileSystem()
        .open(file.toString(), new OpenOptions().setCreateNew(true).setWrite(true).setRead(false))
        .onFailure(_ -> places.release())
        .compose(
            sink -> {
              Upload upload = new Upload(context, file, sink);
              if (gone.get()) {
                upload.drop();
                return upload.received.future();
              }
              connect.accept(upload, request);
              Bodies.allowSending(request);
              request.resume();
              return upload.received.future();
            });
  }

  private static Future<Received> refused(RoutingContext context, Problem problem) {
    Bodies.refuse(context, problem);
    return Promise.<Received>promise().future();
  }

  /** One file on its way. Confined to the request's event loop. */
  private final class Upload {
    private final Promise<Received> received = Promise.promise();
    private final RoutingContext context;
    private final Path file;
    private final AsyncFile sink;
    private final MessageDigest sha256 = sha256();
    private final long timer;
    private Optional<String> fileName = Optional.empty();
    private long bytes;
    private boolean hasPart;
    private boolean partEnded;
    private boolean requestEnded;
    private boolean over;

    Upload(RoutingContext context, Path file, AsyncFile sink) {
      this.context = context;
      this.file = file;
      this.sink = sink;
      this.timer =
          vertx.setTimer(
              TIME_LIMIT.toMillis(),
              _ -> {
                context.request().connection().close();
                drop();
              });
      // A client that is gone does not read the answer; one whose form is broken does.
      context.request().exceptionHandler(failure -> refuse(unreadable(failure)));
      sink.exceptionHandler(this::diskFailed);
    }

    void fromBody(HttpServerRequest request) {
      hasPart = true;
      from(request, request, Optional.empty());
      request.endHandler(
          _ -> {
            partEnded = true;
            requestEnded = true;
            endIfWhole();
          });
    }

    void fromPart(HttpServerFileUpload part) {
      if (!part.name().equals(PART) || hasPart) {
        refuse(
            new Problem(
                Problem.Kind.MALFORMED,
                "The form's file '%s' is not expected.".formatted(part.name()),
                "send one file, as the part model"));
        return;
      }
      hasPart = true;
      from(part, context.request(), Optional.of(part.filename()).filter(name -> !name.isBlank()));
      part.endHandler(
          _ -> {
            partEnded = true;
            endIfWhole();
          });
    }

    void formEnded() {
      requestEnded = true;
      if (!hasPart) {
        refuse(
            new Problem(
                Problem.Kind.MALFORMED,
                "The form has no file.",
                "send the model as the part model"));
      }
      endIfWhole();
    }

    private void from(ReadStream<Buffer> source, HttpServerRequest request, Optional<String> name) {
      fileName = name;
      source.handler(
          chunk -> {
            take(chunk);
            if (!over && sink.writeQueueFull()) {
              request.pause();
              sink.drainHandler(_ -> request.resume());
            }
          });
    }

    private void take(Buffer chunk) {
      if (over) {
        return;
      }
      bytes += chunk.length();
      if (bytes > maxBytes) {
        refuse(Bodies.tooLarge(maxBytes));
        return;
      }
      sha256.update(chunk.getBytes());
      var _ = sink.write(chunk).onFailure(this::diskFailed);
    }

    private void endIfWhole() {
      if (over || !partEnded || !requestEnded) {
        return;
      }
      Optional<String> wanted = wantedDigest(context.request());
      String digest = Base64.getEncoder().encodeToString(sha256.digest());
      if (wanted.isPresent() && !wanted.get().equals(digest)) {
        refuse(
            new Problem(
                Problem.Kind.MALFORMED,
                "The model has the SHA-256 %s, its Content-Digest says %s."
                    .formatted(digest, wanted.get()),
                "send it again"));
        return;
      }
      over = true;
      vertx.cancelTimer(timer);
      sink.close()
          .onSuccess(_ -> received.complete(new Received(file, fileName, places::release)))
          .onFailure(
              failure -> {
                places.release();
                received.fail(failure);
              });
    }

    private void diskFailed(Throwable failure) {
      refuse(
          new Problem(
              Problem.Kind.UNAVAILABLE,
              "The model can't be kept: %s.".formatted(failure.getMessage()),
              "try again; the service's disk may be full"));
    }

    private void refuse(Problem problem) {
      if (!over) {
        drop();
        Bodies.refuse(context, problem);
      }
    }

    private static Problem unreadable(Throwable failure) {
      return new Problem(
          Problem.Kind.MALFORMED,
          "The body can't be read: %s.".formatted(failure.getMessage()),
          "send it again, whole");
    }

    private void drop() {
      if (over) {
        return;
      }
      over = true;
      vertx.cancelTimer(timer);
      sink.close()
          .onComplete(
              _ -> vertx.fileSystem().delete(file.toString()).onComplete(_ -> places.release()));
    }
  }

  private static Optional<String> wantedDigest(HttpServerRequest request) {
    @Nullable String header = request.getHeader("Content-Digest");
    if (header == null) {
      return Optional.empty();
    }
    Matcher digest = DIGEST.matcher(header);
    return digest.matches() ? Optional.of(digest.group(1)) : Optional.empty();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
