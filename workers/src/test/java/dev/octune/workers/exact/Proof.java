package dev.octune.workers.exact;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.weights.WeightStore;
import dev.octune.kernels.workload.Workload;
import dev.octune.workers.local.CheckResult;
import dev.octune.workers.local.LocalDevice;
import dev.octune.workers.local.LocalDeviceSettings;
import dev.octune.workers.run.Connection;
import dev.octune.workers.toolchain.ToolchainException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Checks sampled schedules of workloads on one target through one connection. */
final class Proof {
  /** Random points of a space, besides its default and one point for each value of each choice. */
  private static final int RANDOM_SCHEDULES = 2;

  /** Draws for a point with a wanted value, before it is taken for one that no legal point has. */
  private static final int DRAWS = 40;

  /** Workloads in flight: keeps a builder busy, and the oracle's answers few. */
  private static final int WINDOW = 64;

  private final KernelLibrary library;
  private final Target target;
  private final Target machine;
  private final boolean writtenOut;
  private final Connection connection;
  private final WeightStore weights;
  private final Map<Candidate, CompletableFuture<CheckResult>> underWay = new LinkedHashMap<>();
  private final List<String> failures = new ArrayList<>();
  private int checked;

  private Proof(
      KernelLibrary library,
      Target target,
      Target machine,
      boolean writtenOut,
      Connection connection,
      WeightStore weights) {
    this.library = library;
    this.target = target;
    this.machine = machine;
    this.writtenOut = writtenOut;
    this.connection = connection;
    this.weights = weights;
  }

  /** Kernels of the target, run through the connection. */
  static Proof running(Target target, Connection connection) {
    return new Proof(
        KernelLibrary.standard(), target, target, false, connection, WeightStore.empty());
  }

  /** The same for workloads that name their weights, on a target that this machine runs. */
  static Proof running(Target target, WeightStore weights) {
    return running(target, weights, weights);
  }

  /**
   * The same, but kernels meet other weights than they were made for.
   *
   * @param packed answers with these, whatever the hash
   */
  static Proof running(Target target, WeightStore madeFor, WeightStore packed) {
    KernelLibrary library = KernelLibrary.standard(madeFor);
    return new Proof(library, target, target, false, Connection.HERE, packed);
  }

  /** Kernels of the target with its instructions in plain IR, run here. */
  static Proof emulating(Target target) {
    return emulating(target, WeightStore.empty());
  }

  /** The same for workloads that name their weights. */
  static Proof emulating(Target target, WeightStore weights) {
    Target machine = Host.detect().target().withThreads(target.threads());
    KernelLibrary library = KernelLibrary.emulated(machine, weights);
    return new Proof(library, target, machine, true, Connection.HERE, weights);
  }

  /** Candidates that were found exact. */
  int checked() {
    return checked;
  }

  /**
   * Checks them all, each on every fill.
   *
   * @return one line per candidate that is not exact, with what it takes to see it again
   */
  List<String> failures(List<Workload> workloads, SplittableRandom random) throws Exception {
    try (LocalDevice device = open()) {
      for (Workload workload : workloads) {
        if (library.uncovered(workload, target).isEmpty()) {
          for (Schedule schedule : schedules(workload, random)) {
            check(device, new Candidate(workload, target, schedule), random.nextLong());
          }
        }
      }
      drain(0);
    }
    return failures;
  }

  /** The same for the default schedule of each. */
  List<String> failuresOfDefaults(List<Workload> workloads) throws Exception {
    try (LocalDevice device = open()) {
      for (Workload workload : workloads) {
        Schedule schedule = library.defaultSchedule(workload, target);
        check(device, new Candidate(workload, target, schedule), checked);
      }
      drain(0);
    }
    return failures;
  }

  /** The same for the points of one workload's space, evenly thinned to at most so many. */
  List<String> failuresOfAll(Workload workload, int maxPoints) throws Exception {
    return failuresOfAll(workload, maxPoints, _ -> true);
  }

  /** The same for those points that are asked for. */
  List<String> failuresOfAll(Workload workload, int maxPoints, Predicate<Schedule> wanted)
      throws Exception {
    ConfigSpace space = library.space(workload, target);
    List<Schedule> points =
        IntStream.range(0, space.size()).mapToObj(space::at).filter(wanted).toList();
    try (LocalDevice device = open()) {
      int step = Math.max(1, Math.ceilDiv(points.size(), maxPoints));
      for (int i = 0; i < points.size(); i += step) {
        check(device, new Candidate(workload, target, points.get(i)), i);
      }
      drain(0);
    }
    return failures;
  }

  /** What the device says of one candidate. */
  CheckResult check(Candidate candidate) throws Exception {
    try (LocalDevice device = open()) {
      return device.check(candidate, 1).get();
    }
  }

  private LocalDevice open() throws ToolchainException {
    return LocalDevice.open(
        new LocalDeviceSettings(
            library, machine, Host.detect().allowedCpus(), connection, weights));
  }

  private void check(LocalDevice device, Candidate candidate, long seed) throws Exception {
    underWay.put(candidate, device.check(candidate, seed));
    drain(WINDOW);
  }

  private void drain(int left) throws Exception {
    while (underWay.size() > left) {
      var oldest = underWay.entrySet().iterator().next();
      underWay.remove(oldest.getKey());
      if (oldest.getValue().get() instanceof CheckResult.Rejected(var why)) {
        if (isTooLargeWrittenOut(why)) {
          continue;
        }
        failures.add(
            "%s | %s | %s: %s"
                .formatted(
                    oldest.getKey().workload().text(),
                    target.text(),
                    oldest.getKey().schedule().text(),
                    why));
      } else {
        checked++;
      }
    }
  }

  /** An instruction written out takes stack that the kernel itself does not. */
  private boolean isTooLargeWrittenOut(Measurement why) {
    return writtenOut
        && why instanceof Measurement.BuildFailed(String reason)
        && reason.contains("stack frame size");
  }

  /** The default, a point for each value of each choice, and a few random ones. */
  Set<Schedule> schedules(Workload workload, SplittableRandom random) {
    ConfigSpace space = library.space(workload, target);
    Set<Schedule> chosen = new LinkedHashSet<>();
    chosen.add(library.defaultSchedule(workload, target));
    for (Knob knob : space.knobs()) {
      if (knob instanceof Knob.Choice(String name, List<String> values) && values.size() > 1) {
        for (String value : values) {
          withValue(space, name, value, random, chosen);
        }
      }
    }
    for (int i = 0; i < RANDOM_SCHEDULES; i++) {
      chosen.add(space.at(random.nextInt(space.size())));
    }
    return chosen;
  }

  private static void withValue(
      ConfigSpace space, String knob, String value, SplittableRandom random, Set<Schedule> chosen) {
    if (chosen.stream().anyMatch(schedule -> schedule.choice(knob).equals(value))) {
      return;
    }
    for (int draw = 0; draw < DRAWS; draw++) {
      Schedule schedule = space.at(random.nextInt(space.size()));
      if (schedule.choice(knob).equals(value)) {
        chosen.add(schedule);
        return;
      }
    }
  }
}
