package dev.octune.rpc.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.octune.kernels.measure.MeasureRequest;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.rpc.call.Calls;
import dev.octune.rpc.tracker.TrackerEvent;
import dev.octune.rpc.v1.Draining;
import dev.octune.rpc.v1.Health;
import dev.octune.rpc.v1.Heartbeat;
import dev.octune.rpc.v1.Result;
import dev.octune.rpc.v1.TrackerMessage;
import dev.octune.rpc.v1.Withdrawn;
import dev.octune.rpc.v1.WorkerMessage;
import dev.octune.rpc.wire.Enrolment;
import dev.octune.rpc.wire.Messages;
import dev.octune.rpc.wire.Protocol;
import dev.octune.rpc.wire.Request;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a tracker does about peers that are not our worker. */
final class TrackerHostileIT {
  /** As many strange calls, and as many strange connections. */
  private static final int HOSTILE_CALLS = 200;

  private static final int LIMIT_MILLIS = 30_000;
  private static final String INSTANCE = "0123456789abcdef0123456789abcdef";

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static WorkerMessage enrol(int depth) {
    return WorkerMessage.newBuilder()
        .setEnrol(
            Messages.enrol(
                new Enrolment(
                    Protocol.VERSION,
                    Loopback.KERNELS,
                    "0.1.0",
                    "LLVM 20.1.7",
                    "hostile",
                    INSTANCE,
                    List.of(Loopback.declaration(depth)),
                    Set.of())))
        .build();
  }

  /** A call of Attach by hand. */
  private static GrpcClientRequest<WorkerMessage, TrackerMessage> call(Loopback loopback)
      throws Exception {
    GrpcClient client =
        loopback.hold(
            GrpcClient.client(
                loopback.vertx,
                new GrpcClientOptions().setMaxMessageSize(Protocol.MAX_MESSAGE_BYTES),
                ServiceAddress.of("http://127.0.0.1:" + loopback.port()).options()));
    GrpcClientRequest<WorkerMessage, TrackerMessage> call =
        get(client.request(Calls.attachAtClient()));
    call.headers().set(Calls.TOKEN_KEY, Calls.TOKEN_SCHEME + Loopback.TOKEN);
    return call;
  }

  /** The status that ends a call of these messages. */
  private static String ending(Loopback loopback, WorkerMessage... messages) throws Exception {
    var call = call(loopback);
    Future<GrpcClientResponse<WorkerMessage, TrackerMessage>> response = call.response();
    for (WorkerMessage message : messages) {
      var _ = call.write(message);
    }
    var answer = get(response);
    try {
      get(answer.end());
      return "OK";
    } catch (ExecutionException _) {
      return "%s: %s"
          .formatted(answer.status(), Calls.reason(answer.statusMessage(), answer.trailers()));
    }
  }

  private static void assertRefused(String status, String words, String ending) {
    assertTrue(ending.startsWith(status), ending);
    assertTrue(ending.contains(words), ending);
  }

  private static WorkerMessage message(WorkerMessage.Builder builder) {
    return builder.build();
  }

  @Test
  void firstMessage_mustBeAnEnrolmentOfThisContract() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      assertRefused(
          "3",
          "first message must be Enrol",
          ending(
              loopback,
              message(WorkerMessage.newBuilder().setDraining(Draining.getDefaultInstance()))));
      WorkerMessage enrol = enrol(4);
      assertRefused(
          "9",
          "speaks protocol 2, this service 1",
          ending(
              loopback,
              message(
                  enrol.toBuilder().setEnrol(enrol.getEnrol().toBuilder().setProtocolVersion(2)))));
      assertRefused(
          "9",
          "instance must be 32",
          ending(
              loopback,
              message(enrol.toBuilder().setEnrol(enrol.getEnrol().toBuilder().setInstance("x")))));
      assertRefused("3", "enrols once", ending(loopback, enrol, enrol));
      assertEquals(1, loopback.all(TrackerEvent.Attached.class).size());
    }
  }

  @Test
  void refused_callsAndEnrolments_areToldWithWhoAndWhy() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      Worker.start(
          loopback.vertx, loopback.workerSettings("made-up"), Loopback.lent(4, Loopback.waiting()));
      TrackerEvent.Refused stranger = loopback.nth(1, TrackerEvent.Refused.class);
      assertEquals("", stranger.caller().principal());
      assertTrue(stranger.caller().peer().startsWith("127.0.0.1:"), stranger.toString());
      assertTrue(stranger.reason().contains("the token is not known"), stranger.toString());
      Worker.start(
          loopback.vertx,
          loopback.workerSettings("read-token"),
          Loopback.lent(4, Loopback.waiting()));
      TrackerEvent.Refused reader = loopback.nth(2, TrackerEvent.Refused.class);
      assertEquals("ada", reader.caller().principal());
      assertEquals("read-id", reader.caller().tokenId());
      WorkerMessage enrol = enrol(4);
      var _ =
          ending(
              loopback,
              message(
                  enrol.toBuilder().setEnrol(enrol.getEnrol().toBuilder().setProtocolVersion(2))));
      TrackerEvent.Refused outdated = loopback.nth(3, TrackerEvent.Refused.class);
      assertEquals(Loopback.TOKEN_ID, outdated.caller().tokenId());
      assertEquals(enrol.getEnrol().getWorkerName(), outdated.worker());
      assertTrue(outdated.reason().contains("speaks protocol 2"), outdated.toString());
      assertEquals(List.of(), loopback.all(TrackerEvent.Attached.class));
    }
  }

  @Test
  void token_revoked_endsItsSessionsAndLetsNoMoreIn() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      var _ = loopback.worker(Loopback.waiting());
      long session = loopback.nth(1, TrackerEvent.Attached.class).session();
      loopback.tracker().revoked("another");
      loopback.tracker().revoked(Loopback.TOKEN_ID);
      TrackerEvent.Detached end = loopback.nth(1, TrackerEvent.Detached.class);
      assertEquals(session, end.session());
      assertEquals("its token was revoked", end.reason());
      // It comes again, and a token check that had let it in by then does not help.
      assertTrue(
          loopback.nth(1, TrackerEvent.Refused.class).reason().contains("revoked"),
          loopback.events.toString());
      assertEquals(1, loopback.all(TrackerEvent.Attached.class).size());
    }
  }

  @Test
  void messages_thatBreakTheContract_endTheirSession() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      assertRefused(
          "3",
          "a heartbeat tells of 0 devices",
          ending(
              loopback,
              enrol(4),
              message(WorkerMessage.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()))));
      assertRefused(
          "3",
          "a result of device 64",
          ending(
              loopback,
              enrol(4),
              message(
                  WorkerMessage.newBuilder()
                      .setResult(
                          Result.newBuilder()
                              .setDevice(64)
                              .setWithdrawn(Withdrawn.getDefaultInstance())))));
      assertRefused(
          "3",
          "there is no outcome",
          ending(
              loopback,
              enrol(4),
              message(WorkerMessage.newBuilder().setResult(Result.getDefaultInstance()))));
      assertEquals(
          loopback.all(TrackerEvent.Attached.class).size(),
          loopback.all(TrackerEvent.Detached.class).size());
    }
  }

  @Test
  void message_beyondItsLimit_isRefused_bothWays() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      String reason = "x".repeat(Protocol.MAX_MESSAGE_BYTES);
      assertRefused(
          "8",
          "beyond 1048576 bytes",
          ending(
              loopback,
              enrol(4),
              message(
                  WorkerMessage.newBuilder()
                      .setDraining(
                          Draining.newBuilder().setReasonBytes(ByteString.copyFromUtf8(reason))))));
      // The other way: a worker drops a tracker that sends such a one, and comes back.
      var _ = loopback.worker(Loopback.waiting());
      Loopback.await(
          "a worker",
          () ->
              loopback.all(TrackerEvent.Attached.class).stream()
                  .anyMatch(a -> a.enrolment().workerName().equals("rack1")));
      long session = loopback.all(TrackerEvent.Attached.class).getLast().session();
      int before = loopback.all(TrackerEvent.Attached.class).size();
      loopback.tracker().drain(session, reason);
      loopback.nth(before + 1, TrackerEvent.Attached.class);
    }
  }

  @Test
  void resultsOfLeasesNobodyGave_areTold_forTheCoordinatorToJudge() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      var call = call(loopback);
      var _ = call.write(enrol(4));
      for (int i = 0; i < 2; i++) {
        var _ =
            call.write(
                message(
                    WorkerMessage.newBuilder()
                        .setResult(
                            Result.newBuilder()
                                .setLease(-5)
                                .setWithdrawn(Withdrawn.getDefaultInstance()))));
      }
      assertEquals(-5, loopback.nth(2, TrackerEvent.Ended.class).lease());
      call.cancel();
      loopback.nth(1, TrackerEvent.Detached.class);
    }
  }

  @Test
  void outcomes_notAcknowledged_areNotReadBeyondTheLimit() throws Exception {
    try (Loopback loopback =
        Loopback.open(Loopback.settings(Duration.ofSeconds(3), Duration.ofSeconds(20), 5, 4))) {
      var _ = loopback.worker(Loopback.answering(request -> Loopback.timed(1)));
      long session = loopback.nth(1, TrackerEvent.Attached.class).session();
      for (int lease = 1; lease <= 16; lease++) {
        loopback.tracker().send(session, 0, lease, Loopback.request(lease), "");
      }
      for (int ended = 4; ended <= 16; ended++) {
        loopback.nth(ended, TrackerEvent.Ended.class);
        assertEquals(ended, loopback.all(TrackerEvent.Ended.class).size());
        loopback
            .tracker()
            .acknowledge(session, loopback.nth(ended - 3, TrackerEvent.Ended.class).lease());
      }
    }
  }

  @Test
  void reader_thatDoesNotRead_isDropped_andNothingPilesUp() throws Exception {
    try (Loopback loopback =
        Loopback.open(Loopback.settings(Duration.ofMillis(50), Duration.ofMillis(1_500), 5, 100))) {
      var call = call(loopback);
      var _ =
          call.response()
              .onSuccess(
                  response -> {
                    response.handler(_ -> {});
                    response.pause();
                  });
      var _ = call.write(enrol(Protocol.MAX_DEPTH));
      long session = loopback.nth(1, TrackerEvent.Attached.class).session();
      for (int lease = 1; lease <= Protocol.MAX_DEPTH; lease++) {
        loopback.tracker().send(session, 0, lease, longRequest(lease), "");
      }
      long talking =
          loopback.vertx.setPeriodic(
              20,
              _ -> {
                if (!call.writeQueueFull()) {
                  var _ =
                      call.write(
                          message(
                              WorkerMessage.newBuilder()
                                  .setHeartbeat(
                                      Heartbeat.newBuilder()
                                          .addDevices(Health.getDefaultInstance()))));
                }
              });

      String reason = loopback.nth(1, TrackerEvent.Detached.class).reason();
      assertTrue(reason.startsWith("it reads nothing"), reason);
      loopback.vertx.cancelTimer(talking);
    }
  }

  private static Request longRequest(int number) {
    String knobs =
        IntStream.range(0, 300).mapToObj(k -> "knob" + k + "=1").collect(Collectors.joining(" "));
    Candidate candidate = Loopback.candidate(number);
    return new Request.Measure(
        new MeasureRequest(
            new Candidate(candidate.workload(), candidate.target(), Schedule.parse("a/1 " + knobs)),
            1,
            OptionalDouble.empty()),
        Duration.ofMinutes(1));
  }

  @Test
  void peer_thatSaysNothing_isDropped() throws Exception {
    try (Loopback loopback =
        Loopback.open(Loopback.settings(Duration.ofMillis(50), Duration.ofMillis(1_000), 5, 100))) {
      var silent = call(loopback);
      var _ = silent.write(enrol(4));
      assertTrue(
          loopback.nth(1, TrackerEvent.Detached.class).reason().startsWith("it says nothing"));
    }
  }

  @Test
  void requests_thatAreNotGrpc_areNot() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      HttpClient client = http2(loopback);
      assertEquals(404, post(client, "text/plain", null, Buffer.buffer()).statusCode());
      assertEquals(415, post(client, "application/grpc+json", null, Buffer.buffer()).statusCode());
      assertEquals(415, post(client, "application/grpc-web", null, Buffer.buffer()).statusCode());
      assertEquals(
          "12", post(client, "application/grpc", "gzip", Buffer.buffer()).getHeader("grpc-status"));
    }
  }

  @Test
  void compressedMark_withoutAnEncoding_isRefused() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      var zipped = new ByteArrayOutputStream();
      try (var gzip = new GZIPOutputStream(zipped)) {
        gzip.write(enrol(4).toByteArray());
      }
      byte[] message = zipped.toByteArray();
      Buffer frame =
          Buffer.buffer().appendByte((byte) 1).appendInt(message.length).appendBytes(message);

      HttpClientResponse answer = post(http2(loopback), "application/grpc", null, frame);

      assertEquals("3", status(answer));
      assertEquals(List.of(), loopback.all(TrackerEvent.Attached.class));
    }
  }

  @Test
  void randomBytes_inCallsAndOnTheSocket_areRefused_andOthersServed() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    try (Loopback loopback = Loopback.open()) {
      HttpClient client = http2(loopback);
      for (int i = 0; i < HOSTILE_CALLS; i++) {
        byte[] noise = noise(random, 300);
        // Half of them in a frame of the right length, so that the message itself is read.
        Buffer body = Buffer.buffer();
        if (random.nextBoolean()) {
          body.appendByte((byte) 0).appendInt(noise.length);
        }
        HttpClientResponse answer = post(client, "application/grpc", null, body.appendBytes(noise));
        assertNotEquals("0", status(answer), "call " + i);
        sendRaw(loopback, random);
      }
      assertEquals(List.of(), loopback.all(TrackerEvent.Attached.class));
      var worker = call(loopback);
      var _ = worker.write(enrol(4));
      assertEquals(
          "hostile", loopback.nth(1, TrackerEvent.Attached.class).enrolment().workerName());
    }
  }

  /** Bytes that are no call, some behind HTTP/2's preface; the tracker hangs up once they end. */
  private static void sendRaw(Loopback loopback, Random random) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), loopback.port())) {
      socket.setSoTimeout(LIMIT_MILLIS);
      OutputStream out = socket.getOutputStream();
      if (random.nextBoolean()) {
        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      }
      try {
        out.write(noise(random, 2_000));
        socket.shutdownOutput();
        byte[] _ = socket.getInputStream().readAllBytes();
      } catch (SocketTimeoutException e) {
        throw e;
      } catch (SocketException _) {
        // Hung up before all was sent, as it may.
        return;
      }
    }
  }

  private static byte[] noise(Random random, int most) {
    byte[] noise = new byte[random.nextInt(most)];
    random.nextBytes(noise);
    return noise;
  }

  private static HttpClient http2(Loopback loopback) {
    return loopback.hold(
        loopback.vertx.createHttpClient(
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setDefaultHost("127.0.0.1")
                .setDefaultPort(loopback.port())));
  }

  private static HttpClientResponse post(
      HttpClient client, String type, @Nullable String encoding, Buffer body) throws Exception {
    return get(
        client
            .request(HttpMethod.POST, "/octune.rpc.v1.Workers/Attach")
            .compose(
                request -> {
                  request.putHeader("content-type", type);
                  request.putHeader(Calls.TOKEN_KEY, Calls.TOKEN_SCHEME + Loopback.TOKEN);
                  if (encoding != null) {
                    request.putHeader("grpc-encoding", encoding);
                  }
                  // On the event loop: joined by this thread it may come after a quick answer's
                  // end.
                  return request.send(body).compose(response -> response.body().map(response));
                }));
  }

  private static String status(HttpClientResponse answer) {
    String inHeader = answer.getHeader("grpc-status");
    return inHeader == null ? String.valueOf(answer.getTrailer("grpc-status")) : inHeader;
  }

  @Test
  void session_thatIsNotThere_isNotSpokenTo() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      loopback.tracker().send(99, 0, 1, Loopback.request(1), "");
      loopback.tracker().cancel(99, 1);
      loopback.tracker().acknowledge(99, 1);
      loopback.tracker().drop(99, "nobody");
      assertEquals(List.of(), loopback.events);
    }
  }
}
