package dev.octune.rpc.worker;

import dev.octune.rpc.v1.Health;
import dev.octune.rpc.v1.Result;
import dev.octune.rpc.v1.TrackerMessage;
import dev.octune.rpc.wire.DeviceHealth;
import dev.octune.rpc.wire.Enrolment;
import dev.octune.rpc.wire.Messages;
import dev.octune.rpc.wire.Outcome;
import dev.octune.rpc.wire.Protocol;
import dev.octune.rpc.wire.Request;
import dev.octune.rpc.wire.WireException;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.lang.management.ManagementFactory;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lends devices to a service until it is drained, refused or closed: dials, and dials again,
 * whatever happens to the connection. Thread-safe; its state is confined to one event loop.
 */
public final class Worker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  /** As many as a service can have sent to devices in two of its lives. */
  private static final int MAX_LEASES = 2 * Protocol.MAX_DEVICES * Protocol.MAX_DEPTH;

  private final Vertx vertx;
  private final Context context;
  private final WorkerSettings settings;
  private final List<LentDevice> devices;
  private final List<ExecutorService> threads = new ArrayList<>();
  private final String instance;
  private final Leases leases = new Leases();
  private final BackOff backOff;
  private final CompletableFuture<WorkerEnd> ended = new CompletableFuture<>();
  private @Nullable Attachment attachment;
  private Optional<String> draining = Optional.empty();
  private boolean lost;

  private Worker(Vertx vertx, WorkerSettings settings, List<LentDevice> devices) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.settings = settings;
    this.devices = List.copyOf(devices);
    SecureRandom random = new SecureRandom();
    byte[] name = new byte[16];
    random.nextBytes(name);
    this.instance = HexFormat.of().formatHex(name);
    this.backOff = new BackOff(settings.firstWait(), settings.longestWait(), random);
    for (int device = 0; device < this.devices.size(); device++) {
      threads.add(
          Executors.newSingleThreadExecutor(
              Thread.ofVirtual().name("octune-worker-device-" + device).factory()));
    }
  }

  /**
   * Starts to dial.
   *
   * @throws IllegalArgumentException where the service would refuse such an enrolment
   */
  public static Worker start(Vertx vertx, WorkerSettings settings, List<LentDevice> devices) {
    Worker worker = new Worker(vertx, settings, devices);
    // Throws here, where somebody can mend it.
    var _ = Messages.enrol(worker.enrolment());
    worker.context.runOnContext(_ -> worker.dial());
    return worker;
  }

  /** Completes once, always normally. */
  public CompletableFuture<WorkerEnd> ended() {
    return ended;
  }

  /**
   * Takes no more requests, finishes and delivers what it has, and ends. Where the service can't be
   * reached it goes on trying: whoever can't wait closes it.
   */
  public void drain(String reason) {
    context.runOnContext(_ -> beginDraining(reason));
  }

  /** Ends at once. Idempotent. */
  @Override
  public void close() {
    context.runOnContext(_ -> end(new WorkerEnd.Closed()));
  }

  // Connections -------------------------------------------------------------------------------

  private void dial() {
    if (ended.isDone()) {
      return;
    }
    var _ =
        context
            .executeBlocking(settings.token())
            .onSuccess(
                token -> {
                  if (!ended.isDone()) {
                    attachment =
                        Attachment.dial(vertx, settings, token, enrolment(), new Listener());
                  }
                })
            .onFailure(e -> again("the token can't be read: " + e.getMessage()));
  }

  private Enrolment enrolment() {
    return new Enrolment(
        Protocol.VERSION,
        settings.kernelsVersion(),
        settings.octuneVersion(),
        settings.compilerVersion(),
        settings.name(),
        instance,
        devices.stream().map(LentDevice::declaration).toList(),
        leases.all());
  }

  private void again(String reason) {
    attachment = null;
    Duration wait = backOff.next();
    // The transition is news; that it still is so is not.
    (lost ? LOG.atDebug() : LOG.atWarn())
        .addKeyValue("service", settings.service().uri())
        .addKeyValue("reason", reason)
        .addKeyValue("wait_ms", wait.toMillis())
        .log("service.lost");
    lost = true;
    vertx.setTimer(Math.max(1, wait.toMillis()), _ -> dial());
  }

  /** What a connection says; on the event loop. */
  private final class Listener implements Attachment.Owner {
    @Override
    public void enrolled(long session) {
      lost = false;
      LOG.atInfo()
          .addKeyValue("service", settings.service().uri())
          .addKeyValue("session", session)
          .addKeyValue("devices", devices.size())
          .addKeyValue("held", leases.all().size())
          .log("worker.enrolled");
      Attachment now = attached();
      leases.connectedAnew();
      leases.unacknowledged().forEach(now::send);
      draining.ifPresent(now::draining);
      leaveIfDone();
    }

    @Override
    public void alive() {
      backOff.reset();
    }

    @Override
    public void message(TrackerMessage message) throws WireException {
      switch (message.getMessageCase()) {
        case MEASURE -> {
          var measure = message.getMeasure();
          take(
              measure.getLease(),
              measure.getDevice(),
              measure.getNote(),
              () -> Messages.request(measure));
        }
        case CONFIRM -> {
          var confirm = message.getConfirm();
          take(
              confirm.getLease(),
              confirm.getDevice(),
              confirm.getNote(),
              () -> Messages.request(confirm));
        }
        case CANCEL -> leases.cancel(message.getCancel().getLease());
        case ACKNOWLEDGE -> {
          leases.acknowledged(message.getAcknowledge().getLease());
          leaveIfDone();
        }
        case DRAIN -> beginDraining("the service asks: " + message.getDrain().getReason());
        // The attachment's own, or a later version's, which this one need not understand.
        case ENROLLED, HEARTBEAT_REPLY, MESSAGE_NOT_SET -> {}
      }
    }

    @Override
    public List<Health> health() {
      double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
      List<Health> health = new ArrayList<>();
      for (int device = 0; device < devices.size(); device++) {
        health.add(
            Messages.health(
                new DeviceHealth(
                    leases.open(device),
                    load >= 0 ? OptionalDouble.of(load) : OptionalDouble.empty(),
                    devices.get(device).base().get())));
      }
      return health;
    }

    @Override
    public void ended(Attachment.End end) {
      if (ended.isDone()) {
        return;
      }
      switch (end) {
        case Attachment.End.Finished() -> {
          if (draining.isPresent() && leases.isEmpty()) {
            end(new WorkerEnd.Drained(draining.get()));
          } else {
            again("the service ended the call");
          }
        }
        case Attachment.End.Refused(var status, String reason) ->
            end(new WorkerEnd.Refused(status.name(), reason));
        case Attachment.End.Broken(String reason) -> {
          if (draining.isPresent() && leases.isEmpty()) {
            end(new WorkerEnd.Drained(draining.get()));
          } else {
            again(reason);
          }
        }
      }
    }
  }

  // Requests ----------------------------------------------------------------------------------

  /** Reads a request. */
  private interface Reader {
    Request read() throws WireException;
  }

  private void take(long lease, int device, String note, Reader reader) throws WireException {
    if (device < 0 || device >= devices.size()) {
      throw new WireException(
          "a request for device %s, there are %d"
              .formatted(Integer.toUnsignedString(device), devices.size()));
    }
    if (leases.holds(lease)) {
      return;
    }
    if (leases.all().size() >= MAX_LEASES) {
      throw new WireException("more than %d leases at once".formatted(MAX_LEASES));
    }
    Request request;
    try {
      request = reader.read();
    } catch (WireException e) {
      attached()
          .send(
              Messages.result(lease, device, new Outcome.Refused(String.valueOf(e.getMessage()))));
      return;
    }
    if (draining.isPresent()) {
      // Sent before the service could know.
      attached().send(Messages.result(lease, device, new Outcome.Withdrawn()));
      return;
    }
    run(lease, device, request, note);
  }

  private void run(long lease, int device, Request request, String note) {
    LOG.atDebug().addKeyValue("lease", lease).addKeyValue("device", device).log("lease.taken");
    Running running = Running.start(request, devices.get(device).device(), threads.get(device));
    leases.add(lease, device, request, note, running);
    long limit = vertx.setTimer(request.limit().toMillis(), _ -> deliver(leases.timeOut(lease)));
    var _ =
        running
            .outcome()
            .thenAccept(
                outcome ->
                    context.runOnContext(
                        _ -> {
                          vertx.cancelTimer(limit);
                          deliver(leases.end(lease, outcome));
                        }));
  }

  private void deliver(Optional<Result> result) {
    Attachment now = attachment;
    // Without a connection it is delivered after the next enrolment.
    if (result.isPresent() && now != null && now.isEnrolled()) {
      now.send(result.get());
    }
  }

  // The end -----------------------------------------------------------------------------------

  private void beginDraining(String reason) {
    if (draining.isPresent() || ended.isDone()) {
      return;
    }
    draining = Optional.of(reason);
    LOG.atInfo()
        .addKeyValue("reason", reason)
        .addKeyValue("held", leases.all().size())
        .log("worker.draining");
    Attachment now = attachment;
    if (now != null && now.isEnrolled()) {
      now.draining(reason);
      leaveIfDone();
    } else if (leases.isEmpty()) {
      end(new WorkerEnd.Drained(reason));
    }
  }

  private void leaveIfDone() {
    if (draining.isPresent() && leases.isEmpty()) {
      attached().leave();
    }
  }

  private void end(WorkerEnd end) {
    if (!ended.isDone()) {
      LOG.atInfo().addKeyValue("end", end).log("worker.ended");
      Attachment now = attachment;
      attachment = null;
      boolean _ = ended.complete(end);
      leases.cancelAll();
      threads.forEach(ExecutorService::shutdown);
      if (now != null) {
        now.abandon();
      }
    }
  }

  private Attachment attached() {
    Attachment now = attachment;
    if (now == null) {
      throw new IllegalStateException("a message without a connection");
    }
    return now;
  }
}
