package dev.octune.rpc.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Message;
import dev.octune.rpc.v1.Acknowledge;
import dev.octune.rpc.v1.BlobChunk;
import dev.octune.rpc.v1.Cancel;
import dev.octune.rpc.v1.Drain;
import dev.octune.rpc.v1.Draining;
import dev.octune.rpc.v1.Enrolled;
import dev.octune.rpc.v1.FetchBlobRequest;
import dev.octune.rpc.v1.Heartbeat;
import dev.octune.rpc.v1.HeartbeatReply;
import dev.octune.rpc.v1.TrackerMessage;
import dev.octune.rpc.v1.WorkerMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Pins the bytes of every message: a worker of this version must be understood for ever. Where a
 * field is added, add it here and rewrite the file with {@code -Dgolden.update=true}; a line that
 * changes otherwise is a broken contract.
 */
final class FramesGoldenTest {
  private static final Path FILE =
      Path.of(
          System.getProperty("octune.checkout", ".."),
          "rpc/src/test/resources/golden/wire/frames-v1.txt");

  @Test
  void everyMessage_isAsPinned() throws IOException {
    StringBuilder lines = new StringBuilder();
    messages()
        .forEach(
            (name, message) ->
                lines
                    .append(name)
                    .append(' ')
                    .append(HexFormat.of().formatHex(message.toByteArray()))
                    .append('\n'));
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(FILE.getParent());
      Files.writeString(FILE, lines);
    }
    assertEquals(Files.readString(FILE), lines.toString());
  }

  private static Map<String, Message> messages() {
    RandomValues values = new RandomValues(1);
    Map<String, Message> all = new LinkedHashMap<>();
    all.put("enrol", worker().setEnrol(Messages.enrol(oneProbe(values.enrolment()))).build());
    for (int i = 0; i < 8; i++) {
      all.put("result" + i, worker().setResult(Messages.result(i, i, values.outcome())).build());
    }
    all.put(
        "result_again",
        worker()
            .setResult(Messages.again(Messages.result(9, 1, values.outcome()), "job-1"))
            .build());
    all.put(
        "heartbeat",
        worker()
            .setHeartbeat(
                Heartbeat.newBuilder()
                    .setSequence(3)
                    .addDevices(Messages.health(values.health()))
                    .addDevices(Messages.health(values.health())))
            .build());
    all.put("draining", worker().setDraining(Draining.newBuilder().setReason("SIGTERM")).build());
    all.put(
        "enrolled",
        tracker()
            .setEnrolled(
                Enrolled.newBuilder()
                    .setSession(5)
                    .setHeartbeatEveryMillis(3000)
                    .setSilenceLimitMillis(12000))
            .build());
    for (int i = 0; i < 4; i++) {
      all.put(
          "request" + i,
          Messages.request(1L << (20 * i), i, values.request(), i == 3 ? "job-1" : ""));
    }
    all.put("cancel", tracker().setCancel(Cancel.newBuilder().setLease(-1)).build());
    all.put("acknowledge", tracker().setAcknowledge(Acknowledge.newBuilder().setLease(7)).build());
    all.put(
        "heartbeat_reply",
        tracker().setHeartbeatReply(HeartbeatReply.newBuilder().setSequence(3)).build());
    all.put("drain", tracker().setDrain(Drain.newBuilder().setReason("maintenance")).build());
    all.put("fetch_blob", FetchBlobRequest.newBuilder().setSha256("ab".repeat(32)).build());
    all.put("blob_chunk", BlobChunk.newBuilder().setTotalBytes(9).build());
    return all;
  }

  /** Entries of a map have no order in protobuf's bytes. */
  private static Enrolment oneProbe(Enrolment enrolment) {
    return new Enrolment(
        enrolment.protocolVersion(),
        enrolment.kernelsVersion(),
        enrolment.octuneVersion(),
        enrolment.compilerVersion(),
        enrolment.workerName(),
        enrolment.instance(),
        enrolment.devices().stream()
            .map(
                d ->
                    new DeviceDeclaration(
                        d.key(),
                        d.target(),
                        d.model(),
                        d.isaFeatures(),
                        d.cores(),
                        d.description(),
                        d.depth(),
                        Map.of("roof.avx2_s16.gops", 163.5)))
            .toList(),
        Set.of(9L));
  }

  private static WorkerMessage.Builder worker() {
    return WorkerMessage.newBuilder();
  }

  private static TrackerMessage.Builder tracker() {
    return TrackerMessage.newBuilder();
  }
}
