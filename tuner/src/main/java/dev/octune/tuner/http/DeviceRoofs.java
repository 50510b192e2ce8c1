package dev.octune.tuner.http;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.coordinator.DeviceView;
import dev.octune.tuner.coordinator.JobSpec;
import dev.octune.tuner.coordinator.JobView;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The roofs among what devices have told of themselves. Thread-safe. */
public final class DeviceRoofs implements Roofs {
  private static final String NAME = "roof.%s.gops";
  private static final Pattern ROOF = Pattern.compile("roof\\.([A-Za-z0-9_-]+)\\.gops");

  private final KernelLibrary library;
  private final Supplier<List<DeviceView>> devices;

  public DeviceRoofs(KernelLibrary library, Supplier<List<DeviceView>> devices) {
    this.library = library;
    this.devices = devices;
  }

  @Override
  public Map<String, Double> of(DeviceId device) {
    Map<String, Double> roofs = new TreeMap<>();
    devices.get().stream()
        .filter(view -> view.id().equals(device))
        .forEach(
            view ->
                view.probes()
                    .forEach(
                        (probe, gops) -> {
                          Matcher roof = ROOF.matcher(probe);
                          if (roof.matches() && gops > 0) {
                            roofs.put(roof.group(1), gops);
                          }
                        }));
    return roofs;
  }

  @Override
  public List<OptionalDouble> of(JobView job) {
    JobSpec spec = job.spec();
    List<DeviceView> ofKey =
        devices.get().stream().filter(view -> view.key().equals(spec.deviceKey())).toList();
    return spec.work().tasks().stream().map(task -> highest(task.workload(), spec, ofKey)).toList();
  }

  private OptionalDouble highest(Workload workload, JobSpec spec, List<DeviceView> ofKey) {
    return library.leaves(workload, spec.target()).stream()
        .map(NAME::formatted)
        .flatMap(roof -> ofKey.stream().map(view -> view.probes().getOrDefault(roof, 0.0)))
        .mapToDouble(Double::doubleValue)
        .filter(gops -> gops > 0)
        .max();
  }
}
