package dev.octune.rpc.wire;

import dev.octune.kernels.measure.MeasureRequest;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.rpc.v1.BaseTimes;
import dev.octune.rpc.v1.ConfirmRequest;
import dev.octune.rpc.v1.Device;
import dev.octune.rpc.v1.Enrol;
import dev.octune.rpc.v1.Health;
import dev.octune.rpc.v1.Result;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/** Messages of workers.proto from values and back. Reading checks everything. Stateless. */
public final class Messages {
  /** What stands around a result in its message takes a dozen. */
  private static final int ENVELOPE_BYTES = 64;

  private Messages() {}

  // Enrolment ---------------------------------------------------------------------------------

  public static Enrol enrol(Enrolment enrolment) {
    return Enrol.newBuilder()
        .setProtocolVersion(enrolment.protocolVersion())
        .setKernelsVersion(enrolment.kernelsVersion())
        .setOctuneVersion(enrolment.octuneVersion())
        .setCompilerVersion(enrolment.compilerVersion())
        .setWorkerName(enrolment.workerName())
        .setInstance(enrolment.instance())
        .addAllDevices(enrolment.devices().stream().map(Messages::device).toList())
        .addAllHeldLeases(enrolment.heldLeases())
        .build();
  }

  public static Enrolment enrolment(Enrol message) throws WireException {
    if (message.getHeldLeasesCount() > Protocol.MAX_DEVICES * Protocol.MAX_DEPTH) {
      throw new WireException(
          "Enrolment holds %d leases, at most %d can have been given"
              .formatted(message.getHeldLeasesCount(), Protocol.MAX_DEVICES * Protocol.MAX_DEPTH));
    }
    return reading(
        "Enrolment",
        () ->
            new Enrolment(
                message.getProtocolVersion(),
                message.getKernelsVersion(),
                message.getOctuneVersion(),
                message.getCompilerVersion(),
                message.getWorkerName(),
                message.getInstance(),
                message.getDevicesList().stream().map(Messages::declaration).toList(),
                new HashSet<>(message.getHeldLeasesList())));
  }

  private static Device device(DeviceDeclaration device) {
    return Device.newBuilder()
        .setKey(device.key().text())
        .setTarget(device.target().text())
        .setModel(device.model())
        .addAllIsaFeatures(device.isaFeatures())
        .setCores(device.cores())
        .setDescription(device.description())
        .setDepth(device.depth())
        .putAllProbes(device.probes())
        .build();
  }

  private static DeviceDeclaration declaration(Device message) {
    return new DeviceDeclaration(
        new DeviceKey(bounded(message.getKey())),
        Target.parse(bounded(message.getTarget())),
        message.getModel(),
        message.getIsaFeaturesList(),
        message.getCores(),
        message.getDescription(),
        message.getDepth(),
        message.getProbesMap());
  }

  // Requests ----------------------------------------------------------------------------------

  /**
   * A request for a worker.
   *
   * @param note repeated by a result that is sent over another connection
   */
  public static dev.octune.rpc.v1.TrackerMessage request(
      long lease, int device, Request request, String note) {
    var message = dev.octune.rpc.v1.TrackerMessage.newBuilder();
    switch (request) {
      case Request.Measure(MeasureRequest measure, Duration limit) -> {
        var builder =
            message
                .getMeasureBuilder()
                .setLease(lease)
                .setDevice(device)
                .setWorkload(measure.candidate().workload().text())
                .setTarget(measure.candidate().target().text())
                .setSchedule(measure.candidate().schedule().text())
                .setSeed(measure.seed())
                .setLimitMillis((int) limit.toMillis())
                .setNote(note);
        measure.incumbentNanos().ifPresent(builder::setIncumbentNanos);
      }
      case Request.Confirm(List<Candidate> candidates, long seed, Duration limit) ->
          message
              .getConfirmBuilder()
              .setLease(lease)
              .setDevice(device)
              .setWorkload(candidates.getFirst().workload().text())
              .setTarget(candidates.getFirst().target().text())
              .addAllSchedules(candidates.stream().map(c -> c.schedule().text()).toList())
              .setSeed(seed)
              .setLimitMillis((int) limit.toMillis())
              .setNote(note);
    }
    return message.build();
  }

  public static Request.Measure request(dev.octune.rpc.v1.MeasureRequest message)
      throws WireException {
    return reading(
        "Measure request",
        () ->
            new Request.Measure(
                new MeasureRequest(
                    new Candidate(
                        Workload.parse(bounded(message.getWorkload())),
                        Target.parse(bounded(message.getTarget())),
                        Schedule.parse(bounded(message.getSchedule()))),
                    message.getSeed(),
                    message.hasIncumbentNanos()
                        ? OptionalDouble.of(positive("incumbent", message.getIncumbentNanos()))
                        : OptionalDouble.empty()),
                Duration.ofMillis(message.getLimitMillis())));
  }

  public static Request.Confirm request(ConfirmRequest message) throws WireException {
    if (message.getSchedulesCount() > Protocol.MAX_CONFIRMED) {
      throw new WireException(
          "Confirm request: %d schedules, must be in [1, %d]"
              .formatted(message.getSchedulesCount(), Protocol.MAX_CONFIRMED));
    }
    return reading(
        "Confirm request",
        () -> {
          Workload workload = Workload.parse(bounded(message.getWorkload()));
          Target target = Target.parse(bounded(message.getTarget()));
          return new Request.Confirm(
              message.getSchedulesList().stream()
                  .map(text -> new Candidate(workload, target, Schedule.parse(bounded(text))))
                  .toList(),
              message.getSeed(),
              Duration.ofMillis(message.getLimitMillis()));
        });
  }

  // Results -----------------------------------------------------------------------------------

  /** The result of a request; one beyond the limit of a message becomes a refusal that says so. */
  public static Result result(long lease, int device, Outcome outcome) {
    Result result = unbounded(lease, device, outcome);
    int bytes = result.getSerializedSize();
    return bytes <= Protocol.MAX_MESSAGE_BYTES - ENVELOPE_BYTES
        ? result
        : unbounded(
            lease,
            device,
            new Outcome.Refused(
                "the answer takes %d bytes, a message at most %d. Mend: confirm fewer candidates"
                    .formatted(bytes, Protocol.MAX_MESSAGE_BYTES)));
  }

  private static Result unbounded(long lease, int device, Outcome outcome) {
    var result = Result.newBuilder().setLease(lease).setDevice(device);
    switch (outcome) {
      case Outcome.Measured(Measurement measurement) -> result.setMeasured(message(measurement));
      case Outcome.Confirmed(List<Measurement> measurements) ->
          result
              .getConfirmedBuilder()
              .addAllMeasurements(measurements.stream().map(Messages::message).toList());
      case Outcome.Refused(String reason) -> result.getRefusedBuilder().setReason(cut(reason));
      case Outcome.Withdrawn() -> result.getWithdrawnBuilder();
    }
    return result.build();
  }

  /** The result as it is sent again, over another connection than its request came. */
  public static Result again(Result result, String note) {
    Result message = result.toBuilder().setNote(note).build();
    // Without its note it is still an answer, to whoever gave the lease.
    return message.getSerializedSize() <= Protocol.MAX_MESSAGE_BYTES - ENVELOPE_BYTES
        ? message
        : result;
  }

  /** What a result that was sent again says of its request; empty for any other. */
  public static String note(Result message) throws WireException {
    String note = message.getNote();
    if (note.length() > Protocol.MAX_NOTE_CHARS) {
      throw new WireException(
          "Result of lease %s: a note of %d characters, must be at most %d"
              .formatted(
                  Long.toUnsignedString(message.getLease()),
                  note.length(),
                  Protocol.MAX_NOTE_CHARS));
    }
    return note;
  }

  public static Outcome outcome(Result message) throws WireException {
    return reading(
        "Result of lease " + Long.toUnsignedString(message.getLease()),
        () ->
            switch (message.getOutcomeCase()) {
              case MEASURED -> new Outcome.Measured(measurement(message.getMeasured()));
              case CONFIRMED ->
                  new Outcome.Confirmed(
                      message.getConfirmed().getMeasurementsList().stream()
                          .map(Messages::measurement)
                          .toList());
              case REFUSED -> new Outcome.Refused(cut(message.getRefused().getReason()));
              case WITHDRAWN -> new Outcome.Withdrawn();
              case OUTCOME_NOT_SET -> throw new IllegalArgumentException("there is no outcome");
            });
  }

  private static dev.octune.rpc.v1.Measurement message(Measurement measurement) {
    var message = dev.octune.rpc.v1.Measurement.newBuilder();
    switch (measurement) {
      case Measurement.Timed(List<Measurement.Placement> placements, var cache) ->
          message
              .getTimedBuilder()
              .setCache(cache.text())
              .addAllPlacements(placements.stream().map(Messages::message).toList());
      case Measurement.WrongAnswer(String fill, String what, String repro) ->
          message
              .getWrongAnswerBuilder()
              .setFill(cut(fill))
              .setWhat(cut(what))
              .setRepro(cut(repro));
      case Measurement.BuildFailed(String reason) ->
          message.getBuildFailedBuilder().setReason(cut(reason));
      case Measurement.RunFailed(String reason) ->
          message.getRunFailedBuilder().setReason(cut(reason));
      case Measurement.TimedOut(String phase, long limitMillis) ->
          message.getTimedOutBuilder().setPhase(cut(phase)).setLimitMillis(limitMillis);
      case Measurement.DeviceLost(String reason) ->
          message.getDeviceLostBuilder().setReason(cut(reason));
    }
    return message.build();
  }

  private static dev.octune.rpc.v1.Placement message(Measurement.Placement placement) {
    var message = dev.octune.rpc.v1.Placement.newBuilder().setProcess(placement.process());
    for (Measurement.Sample sample : placement.samples()) {
      message
          .addSamplesBuilder()
          .setNanosPerCall(sample.nanosPerCall())
          .setCalls(sample.calls())
          .setPreempted(sample.preempted());
    }
    return message.build();
  }

  private static Measurement measurement(dev.octune.rpc.v1.Measurement message) {
    return switch (message.getOutcomeCase()) {
      case TIMED ->
          new Measurement.Timed(
              message.getTimed().getPlacementsList().stream().map(Messages::placement).toList(),
              cache(message.getTimed().getCache()));
      case WRONG_ANSWER ->
          new Measurement.WrongAnswer(
              cut(message.getWrongAnswer().getFill()),
              cut(message.getWrongAnswer().getWhat()),
              cut(message.getWrongAnswer().getRepro()));
      case BUILD_FAILED -> new Measurement.BuildFailed(cut(message.getBuildFailed().getReason()));
      case RUN_FAILED -> new Measurement.RunFailed(cut(message.getRunFailed().getReason()));
      case TIMED_OUT ->
          new Measurement.TimedOut(
              cut(message.getTimedOut().getPhase()), message.getTimedOut().getLimitMillis());
      case DEVICE_LOST -> new Measurement.DeviceLost(cut(message.getDeviceLost().getReason()));
      case OUTCOME_NOT_SET -> throw new IllegalArgumentException("a measurement has no outcome");
    };
  }

  private static Measurement.Placement placement(dev.octune.rpc.v1.Placement message) {
    return new Measurement.Placement(
        message.getProcess(),
        message.getSamplesList().stream()
            .map(s -> new Measurement.Sample(s.getNanosPerCall(), s.getCalls(), s.getPreempted()))
            .toList());
  }

  private static Measurement.CacheState cache(String text) {
    for (Measurement.CacheState state : Measurement.CacheState.values()) {
      if (state.text().equals(text)) {
        return state;
      }
    }
    throw new IllegalArgumentException("cache is '%s', must be hot or displaced".formatted(text));
  }

  // Health ------------------------------------------------------------------------------------

  public static Health health(DeviceHealth health) {
    var message = Health.newBuilder().setOpenRequests(health.openRequests());
    health.load1m().ifPresent(message::setLoad1M);
    health
        .base()
        .ifPresent(
            base ->
                message.setBase(
                    BaseTimes.newBuilder()
                        .setReadings(base.readings())
                        .setFirstNanos(base.firstNanos())
                        .setLastNanos(base.lastNanos())
                        .setLeastNanos(base.leastNanos())
                        .setMostNanos(base.mostNanos())));
    return message.build();
  }

  public static DeviceHealth health(Health message) throws WireException {
    return reading(
        "Health",
        () ->
            new DeviceHealth(
                message.getOpenRequests(),
                message.hasLoad1M()
                    ? OptionalDouble.of(message.getLoad1M())
                    : OptionalDouble.empty(),
                message.hasBase() ? Optional.of(base(message.getBase())) : Optional.empty()));
  }

  private static dev.octune.rpc.wire.BaseTimes base(BaseTimes message) {
    return new dev.octune.rpc.wire.BaseTimes(
        message.getReadings(),
        message.getFirstNanos(),
        message.getLastNanos(),
        message.getLeastNanos(),
        message.getMostNanos());
  }

  // Reading -----------------------------------------------------------------------------------

  /** Whatever a value's own rules refuse is a message that can't be read. */
  private static <T> T reading(String what, Supplier<T> reader) throws WireException {
    try {
      return reader.get();
    } catch (IllegalArgumentException e) {
      throw new WireException(what + ": " + e.getMessage(), e);
    }
  }

  private static String bounded(String text) {
    if (text.length() > Protocol.MAX_TEXT_CHARS) {
      throw new IllegalArgumentException(
          "a text of %d characters, must be at most %d"
              .formatted(text.length(), Protocol.MAX_TEXT_CHARS));
    }
    return text;
  }

  private static double positive(String what, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException("%s is %s, must be above 0".formatted(what, value));
    }
    return value;
  }

  private static String cut(String text) {
    return text.length() <= Protocol.MAX_REASON_CHARS
        ? text
        : text.substring(0, Protocol.MAX_REASON_CHARS) + "…";
  }
}
