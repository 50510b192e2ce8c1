package dev.octune.rpc.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.octune.kernels.measure.Measurement;
import dev.octune.rpc.v1.Result;
import dev.octune.rpc.v1.TrackerMessage;
import dev.octune.rpc.v1.WorkerMessage;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Every message there and back, and whatever bytes somebody may send instead. */
final class MessagesPropertyTest {
  private static final int ROUNDS = 400;
  private static final int HOSTILE_ROUNDS = 40_000;

  private static long seed() {
    long seed = Long.getLong("wire.seed", System.nanoTime());
    System.out.println("repeat with -Dwire.seed=" + seed);
    return seed;
  }

  @Test
  void everyValue_throughBytes_isTheSame() throws Exception {
    RandomValues values = new RandomValues(seed());
    for (int round = 0; round < ROUNDS; round++) {
      Enrolment enrolment = values.enrolment();
      assertEquals(
          enrolment,
          Messages.enrolment(
              dev.octune.rpc.v1.Enrol.parseFrom(Messages.enrol(enrolment).toByteArray())));
      Outcome outcome = values.outcome();
      assertEquals(
          outcome,
          Messages.outcome(Result.parseFrom(Messages.result(-7, 3, outcome).toByteArray())));
      DeviceHealth health = values.health();
      assertEquals(
          health,
          Messages.health(
              dev.octune.rpc.v1.Health.parseFrom(Messages.health(health).toByteArray())));
      Request request = values.request();
      TrackerMessage message =
          TrackerMessage.parseFrom(Messages.request(-9, 2, request, "job-1 trial").toByteArray());
      assertEquals(request, read(message));
    }
  }

  private static Request read(TrackerMessage message) throws WireException {
    return message.hasMeasure()
        ? Messages.request(message.getMeasure())
        : Messages.request(message.getConfirm());
  }

  /** Each round one message with some bytes changed: a value, or an error that says what. */
  @Test
  void hostileBytes_endInAValueOrAWireException() {
    long seed = seed();
    SplittableRandom random = new SplittableRandom(seed);
    RandomValues values = new RandomValues(seed);
    int refused = 0;
    for (int round = 0; round < HOSTILE_ROUNDS; round++) {
      byte[] bytes =
          switch (random.nextInt(3)) {
            case 0 ->
                WorkerMessage.newBuilder()
                    .setEnrol(Messages.enrol(values.enrolment()))
                    .build()
                    .toByteArray();
            case 1 ->
                WorkerMessage.newBuilder()
                    .setResult(Messages.result(1, 0, values.outcome()))
                    .build()
                    .toByteArray();
            default -> Messages.request(1, 0, values.request(), "").toByteArray();
          };
      for (int i = 1 + random.nextInt(4); i > 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        readAny(bytes);
      } catch (WireException e) {
        assertTrue(String.valueOf(e.getMessage()).length() < 20_000, "a reason of bounded length");
        refused++;
      } catch (InvalidProtocolBufferException _) {
        refused++;
      }
    }
    assertTrue(refused > HOSTILE_ROUNDS / 10, "the test changes what matters: " + refused);
  }

  private static void readAny(byte[] bytes) throws WireException, InvalidProtocolBufferException {
    WorkerMessage worker = WorkerMessage.parseFrom(bytes);
    if (worker.hasEnrol()) {
      var _ = Messages.enrolment(worker.getEnrol());
    }
    if (worker.hasResult()) {
      var _ = Messages.outcome(worker.getResult());
    }
    TrackerMessage tracker = TrackerMessage.parseFrom(bytes);
    if (tracker.hasMeasure() || tracker.hasConfirm()) {
      var _ = read(tracker);
    }
  }

  @Test
  void answer_beyondAMessage_becomesARefusalThatSaysSo() throws Exception {
    var placement =
        new Measurement.Placement(
            0, Collections.nCopies(100_000, new Measurement.Sample(1.5, 1, true)));
    var huge =
        new Outcome.Measured(new Measurement.Timed(List.of(placement), Measurement.CacheState.HOT));

    Result result = Messages.result(5, 1, huge);

    assertTrue(result.getSerializedSize() < Protocol.MAX_MESSAGE_BYTES);
    var refused = assertInstanceOf(Outcome.Refused.class, Messages.outcome(result));
    assertTrue(refused.reason().contains("Mend: confirm fewer"), refused.reason());
  }

  @Test
  void enrolment_ofANameThatIsNone_isRefused() {
    var message =
        Messages.enrol(new RandomValues(1).enrolment()).toBuilder()
            .setWorkerName("rack 1\nforged")
            .build();

    WireException refused = assertThrows(WireException.class, () -> Messages.enrolment(message));

    assertTrue(String.valueOf(refused.getMessage()).contains("Mend: 1 to 57"), refused.toString());
  }
}
