package dev.octune.tuner.coordinator;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.codegen.KernelSource;
import dev.octune.kernels.codegen.RoofLoop;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Constraint;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Spaces without kernels, for devices that only pretend. */
public final class ToyLibrary implements KernelLibrary {
  /** Values of the knob that runs fastest: points are found by their knobs' values, one by one. */
  private static final int TILES = 100;

  private final ConfigSpace space;

  /** Spaces of this many schedules, the default, which is number 0, among them. */
  public ToyLibrary(int spaceSize) {
    this.space =
        ConfigSpace.ofCoordinates(
            "toy",
            1,
            List.of(
                Knob.Size.of("block", IntStream.range(0, spaceSize / TILES + 1).toArray()),
                Knob.Size.of("tile", IntStream.range(0, TILES).toArray())),
            at -> at,
            List.of(
                new Constraint<int[]>("toy is small", at -> at[0] * TILES + at[1] < spaceSize)));
  }

  /** The number of a schedule in its space. */
  static int number(Schedule schedule) {
    return schedule.size("block") * TILES + schedule.size("tile");
  }

  @Override
  public String version() {
    return "toy/1";
  }

  @Override
  public Optional<String> uncovered(Workload workload, Target target) {
    return Optional.empty();
  }

  @Override
  public ConfigSpace space(Workload workload, Target target) {
    return space;
  }

  @Override
  public Schedule defaultSchedule(Workload workload, Target target) {
    return space.at(0);
  }

  @Override
  public KernelSource emit(Candidate candidate) {
    throw new UnsupportedOperationException("toys have no kernels");
  }

  @Override
  public String emitStandalone(Candidate candidate, String symbol) {
    throw new UnsupportedOperationException("toys have no kernels");
  }

  @Override
  public List<RoofLoop> roofs(Target target) {
    return List.of();
  }

  @Override
  public List<String> roofLeaves(Target target) {
    return roofs(target).stream().map(RoofLoop::leaf).toList();
  }

  @Override
  public List<String> leaves(Workload workload, Target target) {
    return List.of();
  }
}
