package dev.octune.workers.local;

import dev.octune.kernels.measure.MeasureRequest;
import dev.octune.kernels.target.Host;
import dev.octune.workers.run.Connection;
import java.util.OptionalDouble;
import java.util.concurrent.locks.LockSupport;

/** A process with a device whose kernel hangs, for a test to kill. Says so once it does. */
final class HangingCoordinator {
  private HangingCoordinator() {}

  static void main() throws Exception {
    Host host = Host.detect();
    try (LocalDevice device =
        LocalDevice.open(
            new LocalDeviceSettings(
                new PlantedKernels(), host.target(), host.allowedCpus(), Connection.HERE))) {
      var hanging =
          device.measure(
              new MeasureRequest(
                  PlantedKernels.candidate(PlantedKernels.Plant.HANGS, host.target()),
                  1,
                  OptionalDouble.empty()));
      while (ProcessHandle.current()
          .children()
          .flatMap(ProcessHandle::children)
          .findAny()
          .isEmpty()) {
        LockSupport.parkNanos(1_000_000);
      }
      System.out.println("hanging");
      hanging.join();
    }
  }
}
