package dev.octune.tuner.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.coordinator.DeviceView;
import dev.octune.tuner.coordinator.JobSpec;
import dev.octune.tuner.coordinator.JobView;
import dev.octune.tuner.job.Budget;
import dev.octune.tuner.search.StrategyKind;
import dev.octune.tuner.task.TaskList;
import dev.octune.tuner.task.TuningTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class DeviceRoofsTest {
  private static final DeviceId FIRST = new DeviceId("rack-1");
  private static final DeviceId SECOND = new DeviceId("rack-2");

  private final HandCoordinator coordinator = new HandCoordinator();
  private final List<DeviceView> devices = new ArrayList<>();
  private final DeviceRoofs roofs = new DeviceRoofs(KernelLibrary.standard(), () -> devices);

  @Test
  void ofJob_devicesOfItsKey_theHighestLegalLeafCounts() {
    JobView job = job();
    assertEquals(List.of(OptionalDouble.empty()), roofs.of(job));
    // Full-range operands are beyond the second leaf, however fast it is.
    Map<String, Double> faster =
        Map.of("roof.avx2_s16.gops", 168.0, "roof.avx2_pairs2.gops", 336.0, "other.ns", 999.0);
    devices.add(device(FIRST, HandCoordinator.KEY, Map.of("roof.avx2_s16.gops", 160.0)));
    assertEquals(List.of(OptionalDouble.of(160)), roofs.of(job));
    devices.add(device(SECOND, new DeviceKey("elsewhere"), faster));
    assertEquals(List.of(OptionalDouble.of(160)), roofs.of(job));
    devices.set(1, device(SECOND, HandCoordinator.KEY, faster));
    assertEquals(List.of(OptionalDouble.of(168)), roofs.of(job));
  }

  @Test
  void ofDevice_probes_roofsAloneAreTaken() {
    assertEquals(Map.of(), roofs.of(FIRST));
    devices.add(
        device(
            FIRST,
            HandCoordinator.KEY,
            Map.of("roof.avx2_s16.gops", 168.0, "roof.avx2_s16w8.gops", 0.0, "memory.gops", 3.0)));
    assertEquals(Map.of("avx2_s16", 168.0), roofs.of(FIRST));
  }

  @Test
  void sandbox_probes_areToldAsInForceOrNot() {
    DeviceView device =
        device(
            FIRST,
            HandCoordinator.KEY,
            Map.of("sandbox.seccomp", 1.0, "sandbox.no_network", 0.0, "roof.avx2_s16.gops", 168.0));
    assertEquals(
        "{\"no_network\":false,\"seccomp\":true}",
        JobJson.device(device, Map.of()).path("sandbox").toString());
  }

  private DeviceView device(DeviceId id, DeviceKey key, Map<String, Double> probes) {
    DeviceView any = coordinator.devices().getFirst();
    return new DeviceView(
        id,
        key,
        any.target(),
        any.description(),
        any.status(),
        any.since(),
        any.quarantine(),
        any.leases(),
        any.results(),
        any.busySeconds(),
        any.baseNanos(),
        any.factor(),
        any.load1m(),
        probes);
  }

  private JobView job() {
    Workload workload = Workload.parse(ServerFixture.CONV);
    var _ =
        coordinator.submit(
            new JobSpec(
                "net",
                new TaskList(List.of(new TuningTask(workload, 1, List.of())), List.of()),
                HandCoordinator.KEY,
                HandCoordinator.TARGET,
                new Budget(OptionalInt.of(10), OptionalInt.empty(), Optional.empty()),
                StrategyKind.RANDOM,
                1,
                "ada",
                0,
                1));
    return coordinator.jobs().getFirst();
  }
}
