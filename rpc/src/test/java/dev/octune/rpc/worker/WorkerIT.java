package dev.octune.rpc.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.measure.Measurement;
import dev.octune.rpc.tracker.TrackerEvent;
import dev.octune.rpc.wire.Outcome;
import dev.octune.rpc.wire.Request;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tracker and worker over a real socket on loopback. */
final class WorkerIT {
  @Test
  void measure_isAnswered_withItsLease() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      var device = Loopback.answering(request -> Loopback.timed(1000 + (double) request.seed()));
      var _ = loopback.worker(device);
      var attached = loopback.nth(1, TrackerEvent.Attached.class);

      loopback.tracker().send(attached.session(), 0, 71, Loopback.request(5), "");

      var ended = loopback.nth(1, TrackerEvent.Ended.class);
      assertEquals(71, ended.lease());
      assertEquals(new Outcome.Measured(Loopback.timed(1005)), ended.outcome());
      assertEquals(Loopback.request(5).request(), device.requests.getFirst());
      assertEquals("lab", attached.caller().principal());
      assertEquals(List.of(Loopback.declaration(16)), attached.enrolment().devices());
    }
  }

  @Test
  void confirm_isAnswered_inTheOrderOfItsCandidates() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      var _ = loopback.worker(Loopback.waiting());
      var attached = loopback.nth(1, TrackerEvent.Attached.class);
      var candidates =
          List.of(
              Loopback.candidate(1),
              new dev.octune.kernels.space.Candidate(
                  Loopback.candidate(1).workload(),
                  Loopback.candidate(1).target(),
                  Loopback.candidate(100).schedule()));

      loopback
          .tracker()
          .send(
              attached.session(),
              0,
              9,
              new Request.Confirm(candidates, 3, Duration.ofMinutes(1)),
              "");

      var confirmed =
          assertInstanceOf(
              Outcome.Confirmed.class, loopback.nth(1, TrackerEvent.Ended.class).outcome());
      assertEquals(
          candidates.stream()
              .<Measurement>map(c -> Loopback.timed(c.schedule().text().length()))
              .toList(),
          confirmed.measurements());
    }
  }

  @Test
  void connection_lost_resultsAreSentAgain_untilAcknowledged() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      var device = Loopback.waiting();
      var _ = loopback.worker(device);
      long first = loopback.nth(1, TrackerEvent.Attached.class).session();
      for (int lease = 1; lease <= 3; lease++) {
        loopback.tracker().send(first, 0, lease, Loopback.request(lease), "");
      }
      Loopback.await("three requests", () -> device.requests.size() == 3);
      device.answers.get(0).complete(Loopback.timed(1));
      device.answers.get(1).complete(Loopback.timed(2));
      loopback.nth(2, TrackerEvent.Ended.class);
      loopback.tracker().acknowledge(first, 1);
      // Acknowledgements are in order: once the second session says what it holds, 1 is forgotten.
      loopback.tracker().drop(first, "a test's cut");

      var again = loopback.nth(2, TrackerEvent.Attached.class);
      assertEquals(Set.of(2L, 3L), again.enrolment().heldLeases());
      device.answers.get(2).complete(Loopback.timed(3));

      Loopback.await(
          "results 2 and 3 in the second session",
          () ->
              loopback.all(TrackerEvent.Ended.class).stream()
                  .filter(e -> e.session() == again.session())
                  .map(TrackerEvent.Ended::lease)
                  .toList()
                  .equals(List.of(2L, 3L)));
      assertEquals(3, device.requests.size(), "nothing is measured twice");
    }
  }

  @Test
  void service_restarted_workerComesBack_andDeliversOldLeases() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      var device = Loopback.waiting();
      var _ = loopback.worker(device);
      loopback
          .tracker()
          .send(
              loopback.nth(1, TrackerEvent.Attached.class).session(),
              0,
              5,
              Loopback.request(5),
              "five");
      Loopback.await("the request", () -> device.requests.size() == 1);

      loopback.stop();
      loopback.nth(1, TrackerEvent.Detached.class);
      device.answers.getFirst().complete(Loopback.timed(7));
      loopback.start();

      var again = loopback.nth(2, TrackerEvent.Attached.class);
      assertEquals(Set.of(5L), again.enrolment().heldLeases());
      var ended = loopback.nth(1, TrackerEvent.Ended.class);
      assertEquals(5, ended.lease());
      assertEquals(new Outcome.Measured(Loopback.timed(7)), ended.outcome());
      assertEquals("five", ended.note());
    }
  }

  @Test
  void cancel_ofWhatHasBeenMeasured_throwsNothingAway() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      var device = Loopback.waiting();
      var _ = loopback.worker(device);
      long session = loopback.nth(1, TrackerEvent.Attached.class).session();
      loopback.tracker().send(session, 0, 1, Loopback.request(1), "one");
      Loopback.await("the request", () -> device.requests.size() == 1);

      device.answers.getFirst().complete(Loopback.timed(7));
      loopback.tracker().cancel(session, 1);

      var ended = loopback.nth(1, TrackerEvent.Ended.class);
      assertEquals(new Outcome.Measured(Loopback.timed(7)), ended.outcome());
      assertEquals("", ended.note());
    }
  }

  @Test
  void cancel_beforeItsTurn_isWithdrawn_andItsDeviceIsTold() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      var device = Loopback.waiting();
      var _ = loopback.worker(device);
      long session = loopback.nth(1, TrackerEvent.Attached.class).session();
      loopback.tracker().send(session, 0, 1, Loopback.request(1), "");
      Loopback.await("the request", () -> device.requests.size() == 1);

      loopback.tracker().cancel(session, 1);

      assertEquals(new Outcome.Withdrawn(), loopback.nth(1, TrackerEvent.Ended.class).outcome());
      Loopback.await("cancelled", () -> device.answers.getFirst().isCancelled());
    }
  }

  @Test
  void limit_over_isTimedOut_once() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      var device = Loopback.waiting();
      var _ = loopback.worker(device);
      long session = loopback.nth(1, TrackerEvent.Attached.class).session();

      loopback.tracker().send(session, 0, 1, Loopback.request(1, Duration.ofMillis(50)), "");

      assertEquals(
          new Outcome.Measured(new Measurement.TimedOut("lease", 50)),
          loopback.nth(1, TrackerEvent.Ended.class).outcome());
      boolean _ = device.answers.getFirst().complete(Loopback.timed(1));
      loopback.tracker().send(session, 0, 2, Loopback.request(2, Duration.ofMillis(50)), "");
      assertEquals(2, loopback.nth(2, TrackerEvent.Ended.class).lease());
    }
  }

  @Test
  void device_closed_isDeviceLost() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      var device = Loopback.waiting();
      var _ = loopback.worker(device);
      long session = loopback.nth(1, TrackerEvent.Attached.class).session();
      loopback.tracker().send(session, 0, 1, Loopback.request(1), "");
      Loopback.await("the request", () -> device.requests.size() == 1);

      device.close();

      assertEquals(
          new Outcome.Measured(new Measurement.DeviceLost("the device is closed")),
          loopback.nth(1, TrackerEvent.Ended.class).outcome());
    }
  }

  @Test
  void drain_ofTheWorker_deliversWhatItHas_takesNoMore_andEnds() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      var device = Loopback.waiting();
      Worker worker = loopback.worker(device);
      long session = loopback.nth(1, TrackerEvent.Attached.class).session();
      loopback.tracker().send(session, 0, 1, Loopback.request(1), "");
      Loopback.await("the request", () -> device.requests.size() == 1);

      worker.drain("SIGTERM");
      assertEquals("SIGTERM", loopback.nth(1, TrackerEvent.Draining.class).reason());
      loopback.tracker().send(session, 0, 2, Loopback.request(2), "");
      var withdrawn = loopback.nth(1, TrackerEvent.Ended.class);
      assertEquals(2, withdrawn.lease());
      assertEquals(new Outcome.Withdrawn(), withdrawn.outcome());
      device.answers.getFirst().complete(Loopback.timed(4));
      assertEquals(1, loopback.nth(2, TrackerEvent.Ended.class).lease());
      loopback.tracker().acknowledge(session, 1);

      assertEquals(new WorkerEnd.Drained("SIGTERM"), Loopback.end(worker));
      loopback.nth(1, TrackerEvent.Detached.class);
      assertEquals(1, device.requests.size());
    }
  }

  @Test
  void drain_askedByTheService_endsTheWorker() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      Worker worker = loopback.worker(Loopback.waiting());
      long session = loopback.nth(1, TrackerEvent.Attached.class).session();

      loopback.tracker().drain(session, "maintenance");

      assertEquals(new WorkerEnd.Drained("the service asks: maintenance"), Loopback.end(worker));
    }
  }

  @Test
  void token_unknownOrOfAnotherRole_endsTheWorker_withTheServicesWords() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      var unknown =
          assertInstanceOf(
              WorkerEnd.Refused.class,
              Loopback.end(loopback.worker(loopback.workerSettings("wrong"), Loopback.waiting())));
      assertEquals("UNAUTHENTICATED", unknown.status());
      assertTrue(unknown.reason().contains("role measure"), unknown.reason());
      assertEquals(
          new WorkerEnd.Refused("PERMISSION_DENIED", "this token may read, not measure"),
          Loopback.end(loopback.worker(loopback.workerSettings("read-token"), Loopback.waiting())));
      assertEquals(List.of(), loopback.all(TrackerEvent.Attached.class));
    }
  }

  @Test
  void kernels_ofAnotherVersion_areRefused() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      var address = ServiceAddress.of("http://127.0.0.1:" + loopback.port());
      var refused =
          assertInstanceOf(
              WorkerEnd.Refused.class,
              Loopback.end(
                  loopback.worker(
                      Loopback.workerSettings(address, Loopback.TOKEN, "conv2d_direct/2"),
                      Loopback.waiting())));
      assertEquals("FAILED_PRECONDITION", refused.status());
      assertTrue(refused.reason().contains("conv2d_direct/2"), refused.reason());
      assertTrue(refused.reason().contains("Mend: install"), refused.reason());
    }
  }

  @Test
  void device_tooManyRequests_areTheCallersFault() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      var _ = loopback.worker(Loopback.waiting());
      long session = loopback.nth(1, TrackerEvent.Attached.class).session();
      for (int lease = 1; lease <= 16; lease++) {
        loopback.tracker().send(session, 0, lease, Loopback.request(lease), "");
      }
      assertThrows(
          IllegalStateException.class,
          () -> loopback.tracker().send(session, 0, 17, Loopback.request(17), ""));
    }
  }

  @Test
  void heartbeats_areTold_andKeepTheSession() throws Exception {
    try (Loopback loopback =
        Loopback.open(Loopback.settings(Duration.ofMillis(20), Duration.ofSeconds(20), 10, 10))) {
      var _ = loopback.worker(Loopback.waiting(), Loopback.waiting());

      assertEquals(1, loopback.nth(4, TrackerEvent.Heard.class).device());
      assertEquals(List.of(), loopback.all(TrackerEvent.Detached.class));
    }
  }

  @Test
  void workers_beyondTheLimit_areRefused_andTryAgain() throws Exception {
    try (Loopback loopback =
        Loopback.open(Loopback.settings(Duration.ofSeconds(3), Duration.ofSeconds(20), 1, 10))) {
      Worker first = loopback.worker(Loopback.waiting());
      loopback.nth(1, TrackerEvent.Attached.class);
      var _ = loopback.worker(loopback.named("rack2"), Loopback.waiting());
      first.close();

      loopback.nth(2, TrackerEvent.Attached.class);
    }
  }

  @Test
  void name_taken_waitsUntilItIsFree() throws Exception {
    try (Loopback loopback = Loopback.open()) {
      Worker first = loopback.worker(Loopback.waiting());
      long session = loopback.nth(1, TrackerEvent.Attached.class).session();
      var _ = loopback.worker(Loopback.waiting());
      loopback.tracker().send(session, 0, 1, Loopback.request(1), "");
      first.close();

      loopback.nth(2, TrackerEvent.Attached.class);
      assertEquals(session, loopback.nth(1, TrackerEvent.Detached.class).session());
    }
  }
}
