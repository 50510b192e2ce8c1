package dev.octune.tuner.coordinator;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.BooleanSupplier;

/** A device, its worker and the cable between it and the coordinator, each with its faults. */
final class SimulatedDevice {
  private static final Duration HEARTBEAT_EVERY = Duration.ofSeconds(5);

  /** How long a dead device or a cut cable stays so. */
  private static final Duration MAX_DOWN = Duration.ofSeconds(70);

  private final SimulatedWorld world;
  private final Random random;
  private final DeviceDeclaration declaration;
  private final double speed;
  private final Deque<Given> queue = new ArrayDeque<>();
  private final List<Said> said = new ArrayList<>();
  private double drift = 1;
  private boolean lies;
  private boolean fails;
  private boolean isCut;
  private boolean isMeasuring;

  /** Of its connection; 0 while there is none. */
  private long attachment;

  /** Rises with each death, so that nothing of an earlier life goes on. */
  private int life;

  /** Rises with each thing that is begun or withdrawn. */
  private int run;

  /** A lease and the connection over which it came. */
  private record Given(Lease lease, long attachment) {}

  /** What it keeps until it is acknowledged. */
  private record Said(Lease lease, long attachment, List<Measurement> measurements) {}

  SimulatedDevice(
      SimulatedWorld world, Random random, DeviceDeclaration declaration, double speed) {
    this.world = world;
    this.random = random;
    this.declaration = declaration;
    this.speed = speed;
  }

  /** Its worker starts: dials until it is attached, says that it lives. */
  void start() {
    hangUp();
    int mine = ++life;
    run++;
    queue.clear();
    isMeasuring = false;
    said.clear();
    dial(mine);
    beat(mine);
  }

  private void dial(int mine) {
    if (mine != life || attachment != 0) {
      return;
    }
    if (isCut || !world.isUp()) {
      world.time().after(Duration.ofMillis(random.nextInt(100, 2000)).toNanos(), () -> dial(mine));
      return;
    }
    world.attach(this, declaration);
    // What is not acknowledged it says again, under the leases of then.
    List.copyOf(said).forEach(this::tell);
  }

  private void beat(int mine) {
    if (mine == life) {
      tell(
          attachment,
          () -> world.happen(new CoordinatorEvent.Heartbeat(attachment, OptionalDouble.empty())));
      world.time().after(HEARTBEAT_EVERY.toNanos(), () -> beat(mine));
    }
  }

  // ---- what the coordinator says

  /** It is connected; the first lease may follow at once. */
  void connected(long number) {
    attachment = number;
    // What it has not finished by now is withdrawn: it went elsewhere when the last one ended.
    queue.clear();
    isMeasuring = false;
    run++;
  }

  void measure(long to, Lease lease) {
    hear(
        to,
        () -> {
          queue.addLast(new Given(lease, to));
          work();
        });
  }

  void acknowledge(long to, long token) {
    hear(to, () -> said.removeIf(kept -> kept.lease.token() == token));
  }

  void revoke(long to, long token) {
    hear(
        to,
        () -> {
          // What has begun runs on; nobody wants its answer.
          if (!queue.isEmpty() && queue.getFirst().lease.token() != token) {
            queue.removeIf(given -> given.lease.token() == token);
          }
        });
  }

  /** The connection ends, whoever ended it. */
  void disconnected(long which) {
    if (which == attachment) {
      attachment = 0;
      // A worker drops what it has not begun; what runs, it says later.
      while (queue.size() > 1) {
        queue.removeLast();
      }
      int mine = life;
      world.time().after(Duration.ofMillis(random.nextInt(50, 3000)).toNanos(), () -> dial(mine));
    }
  }

  // ---- faults

  void breakSomehow() {
    switch (random.nextInt(7)) {
      case 0 -> die();
      case 1 -> cut();
      case 2 -> forAWhile(() -> drift = 1.1 + random.nextDouble(), () -> drift = 1);
      case 3 -> forAWhile(() -> lies = true, () -> lies = false);
      case 4 -> forAWhile(() -> fails = true, () -> fails = false);
      case 5 -> hangUp();
      default -> drain();
    }
  }

  void lie() {
    lies = true;
  }

  void fail() {
    fails = true;
  }

  /** From now on it takes so many times as long as it should. */
  void slowDown(double times) {
    drift = times;
  }

  void heal() {
    drift = 1;
    lies = false;
    fails = false;
    isCut = false;
  }

  private void die() {
    life++;
    run++;
    queue.clear();
    isMeasuring = false;
    long lost = attachment;
    attachment = 0;
    if (random.nextBoolean()) {
      // The system closes its connection; else nobody learns of it.
      world.happen(new CoordinatorEvent.DeviceDetached(lost, "the worker died"));
    }
    world.time().after(random.nextLong(MAX_DOWN.toNanos()), this::start);
  }

  /** Neither side notices; the coordinator gives it up at its silence limit. */
  private void cut() {
    forAWhile(() -> isCut = true, () -> isCut = false);
  }

  private void hangUp() {
    long lost = attachment;
    if (lost != 0) {
      world.happen(new CoordinatorEvent.DeviceDetached(lost, "hung up"));
      disconnected(lost);
    }
  }

  private void drain() {
    tell(attachment, () -> world.happen(new CoordinatorEvent.DeviceDraining(attachment)));
    world.time().after(random.nextLong(MAX_DOWN.toNanos()), this::hangUp);
  }

  private void forAWhile(Runnable begin, Runnable end) {
    begin.run();
    world.time().after(random.nextLong(MAX_DOWN.toNanos()), end);
  }

  // ---- measuring

  private void work() {
    if (isMeasuring || queue.isEmpty()) {
      return;
    }
    isMeasuring = true;
    Given given = queue.getFirst();
    Lease lease = given.lease;
    int mine = ++run;
    boolean isFailing = fails;
    long takes = 0;
    for (Candidate candidate : lease.candidates()) {
      takes += (long) (world.trialNanos() * (0.5 + random.nextDouble()));
      if (!isFailing && truth(candidate) == ToyKernels.Truth.POISON) {
        world.time().after(takes, () -> poisoned(mine));
        return;
      }
    }
    world.time().after(takes, () -> measured(mine, given, isFailing));
  }

  private void poisoned(int mine) {
    if (mine == run) {
      die();
    }
  }

  private void measured(int mine, Given given, boolean isFailing) {
    if (mine != run) {
      return;
    }
    Lease lease = given.lease;
    world.rules().measured(lease);
    isMeasuring = false;
    queue.remove(given);
    List<Measurement> measurements =
        lease.candidates().stream().map(c -> outcome(c, isFailing)).toList();
    Said result = new Said(lease, given.attachment, measurements);
    said.add(result);
    tell(result);
    work();
  }

  private void tell(Said result) {
    long over = attachment;
    Optional<Errand> errand = over == result.attachment ? Optional.empty() : result.lease.errand();
    tell(
        over,
        () ->
            world.happen(
                new CoordinatorEvent.ResultArrived(
                    over, result.lease.token(), result.measurements, errand)));
  }

  private Measurement outcome(Candidate candidate, boolean isFailing) {
    if (isFailing) {
      return new Measurement.DeviceLost("the runner does not start");
    }
    return switch (truth(candidate)) {
      case RIGHT ->
          lies && random.nextBoolean()
              ? wrong()
              : world.timed(declaration.id(), candidate, speed * drift);
      case WRONG -> wrong();
      case UNBUILDABLE -> new Measurement.BuildFailed("planted");
      case CRASHING -> new Measurement.RunFailed("planted");
      case POISON -> throw new IllegalStateException("it died before");
    };
  }

  private ToyKernels.Truth truth(Candidate candidate) {
    return world.faults().hasBadKernels() ? ToyKernels.truth(candidate) : ToyKernels.Truth.RIGHT;
  }

  private static Measurement wrong() {
    return new Measurement.WrongAnswer("random", "out[3] is 7, not 9", "");
  }

  // ---- the cable

  private void tell(long from, Runnable what) {
    send(() -> from != 0 && !isCut, what);
  }

  private void hear(long to, Runnable what) {
    int mine = life;
    send(() -> to == attachment && mine == life && !isCut, what);
  }

  private void send(BooleanSupplier isOpen, Runnable what) {
    int copies =
        random.nextDouble() < world.faults().lose()
            ? 0
            : random.nextDouble() < world.faults().repeat() ? 2 : 1;
    if (!isOpen.getAsBoolean()) {
      return;
    }
    for (int i = 0; i < copies; i++) {
      world
          .time()
          .after(
              random.nextLong(world.faults().maxDelay().toNanos()),
              () -> {
                if (isOpen.getAsBoolean()) {
                  what.run();
                }
              });
    }
  }
}
