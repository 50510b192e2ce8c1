package dev.octune.tuner.http;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.coordinator.JobSpec;
import dev.octune.tuner.coordinator.JobView;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The roofs that workers told of their devices when they enrolled. They are not stored: workers
 * enrol again after a restart of the service. Thread-safe.
 */
public final class DeviceRoofs implements Roofs {
  private static final Pattern ROOF = Pattern.compile("roof\\.([A-Za-z0-9_-]+)\\.gops");

  private final KernelLibrary library;
  private final Map<DeviceId, Told> byDevice = new ConcurrentHashMap<>();

  /** What a device told last. */
  private record Told(DeviceKey key, Map<String, Double> gopsByLeaf) {}

  public DeviceRoofs(KernelLibrary library) {
    this.library = library;
  }

  /**
   * A device has come with these probes.
   *
   * @param probes those named {@code roof.LEAF.gops} are taken where they are above 0
   */
  public void told(DeviceId device, DeviceKey key, Map<String, Double> probes) {
    Map<String, Double> roofs = new TreeMap<>();
    probes.forEach(
        (probe, gops) -> {
          Matcher roof = ROOF.matcher(probe);
          if (roof.matches() && gops > 0) {
            roofs.put(roof.group(1), gops);
          }
        });
    byDevice.put(device, new Told(key, Map.copyOf(roofs)));
  }

  @Override
  public Map<String, Double> of(DeviceId device) {
    Told told = byDevice.get(device);
    return told == null ? Map.of() : told.gopsByLeaf();
  }

  @Override
  public List<OptionalDouble> of(JobView job) {
    JobSpec spec = job.spec();
    List<Told> devices =
        byDevice.values().stream().filter(told -> told.key().equals(spec.deviceKey())).toList();
    return spec.work().tasks().stream()
        .map(task -> highest(task.workload(), spec, devices))
        .toList();
  }

  private OptionalDouble highest(Workload workload, JobSpec spec, List<Told> devices) {
    return library.leaves(workload, spec.target()).stream()
        .flatMap(leaf -> devices.stream().map(told -> told.gopsByLeaf().getOrDefault(leaf, 0.0)))
        .mapToDouble(Double::doubleValue)
        .filter(gops -> gops > 0)
        .max();
  }
}
