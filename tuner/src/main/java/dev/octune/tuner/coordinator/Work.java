package dev.octune.tuner.coordinator;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.DeviceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** A measurement that somebody waits for, until it is answered or withdrawn. */
final class Work {
  private final Ask ask;
  private final Optional<LiveJob> job;
  private Optional<Doubt> doubt = Optional.empty();
  private boolean withdrawn;
  private boolean over;

  private Work(Ask ask, Optional<LiveJob> job) {
    this.ask = ask;
    this.job = job;
  }

  static Work of(LiveJob job, Ask ask) {
    return new Work(ask, Optional.of(job));
  }

  static Work calibration(Candidate base) {
    return new Work(new Ask.Calibration(base), Optional.empty());
  }

  /** What is to be measured, and for what. */
  sealed interface Ask {
    /** In the order of the answer. */
    List<Candidate> candidates();

    default Lease.Purpose purpose() {
      return switch (this) {
        case Trial _, Default _, Calibration _ -> Lease.Purpose.TRIAL;
        case Confirmation _ -> Lease.Purpose.CONFIRMATION;
      };
    }

    /**
     * A trial of a job.
     *
     * @param incumbentNanos as on the key's reference device
     */
    record Trial(int trial, Candidate candidate, OptionalDouble incumbentNanos) implements Ask {
      @Override
      public List<Candidate> candidates() {
        return List.of(candidate);
      }
    }

    /** A task's default. */
    record Default(int task, Candidate candidate) implements Ask {
      @Override
      public List<Candidate> candidates() {
        return List.of(candidate);
      }
    }

    /** A task's confirmation; the default first. */
    record Confirmation(int task, List<Candidate> candidates) implements Ask {
      public Confirmation {
        candidates = List.copyOf(candidates);
      }
    }

    /** The base kernel, for the device's own sake. */
    record Calibration(Candidate candidate) implements Ask {
      @Override
      public List<Candidate> candidates() {
        return List.of(candidate);
      }
    }
  }

  /** A wrong answer that another device is to confirm or to refute. */
  record Doubt(Answer answer) {
    DeviceId device() {
      return answer.origin().device();
    }
  }

  /**
   * What a device said, and which one.
   *
   * @param receipts tokens of results that are acknowledged once this is durable, or of no use
   */
  record Answer(Origin origin, List<Measurement> measurements, List<Long> receipts) {
    Answer {
      measurements = List.copyOf(measurements);
      receipts = List.copyOf(receipts);
    }

    /** The same, settling these receipts besides. */
    Answer with(List<Long> more) {
      List<Long> all = new ArrayList<>(receipts);
      all.addAll(more);
      return new Answer(origin, measurements, all);
    }

    /** Whether it says of every candidate how it ended, and nothing that needs another's word. */
    boolean isConclusive() {
      return measurements.stream()
          .noneMatch(
              m -> m instanceof Measurement.DeviceLost || m instanceof Measurement.WrongAnswer);
    }
  }

  Ask ask() {
    return ask;
  }

  Optional<LiveJob> job() {
    return job;
  }

  /**
   * A device went away over it.
   *
   * @return how often that has happened, also before the job was last let go of
   */
  int lost() {
    return job.map(j -> j.lostOver(ask.candidates())).orElse(1);
  }

  Optional<Doubt> doubt() {
    return doubt;
  }

  void doubt(Answer answer) {
    doubt = Optional.of(new Doubt(answer));
  }

  /** Whether a device may take it on: not the one whose word is in doubt. */
  boolean suits(DeviceId device) {
    return doubt.isEmpty() || !doubt.get().device().equals(device);
  }

  /** Nobody waits for it any more. */
  boolean isWithdrawn() {
    return withdrawn;
  }

  void withdraw() {
    withdrawn = true;
  }

  /** Whether it waits for an answer. */
  boolean isOpen() {
    return !withdrawn && !over;
  }

  /** It is answered. */
  void end() {
    over = true;
  }

  /** What a lease of it is for. */
  Optional<Errand> errand() {
    return job.map(
        j ->
            new Errand(
                j.id(),
                switch (ask) {
                  case Ask.Trial _ -> Errand.Kind.TRIAL;
                  case Ask.Default _ -> Errand.Kind.DEFAULT;
                  case Ask.Confirmation _ -> Errand.Kind.CONFIRMATION;
                  case Ask.Calibration _ ->
                      throw new IllegalStateException("a calibration is no job's: " + ask);
                },
                ask.candidates()));
  }
}
