package dev.octune.tuner.cli;

import dev.octune.tuner.coordinator.Coordinator;
import dev.octune.tuner.coordinator.CoordinatorListener;
import dev.octune.tuner.coordinator.DeviceView;
import dev.octune.tuner.coordinator.JobNews;
import dev.octune.tuner.coordinator.JobState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import java.util.Arrays;

/** What Prometheus sees of jobs, devices and the process. */
final class ServiceMeters {
  private ServiceMeters() {}

  @SuppressWarnings("resource") // Lives as long as the process that it watches.
  static void bind(MeterRegistry meters, Coordinator coordinator) {
    new JvmMemoryMetrics().bindTo(meters);
    new JvmThreadMetrics().bindTo(meters);
    new JvmGcMetrics().bindTo(meters);
    new ProcessorMetrics().bindTo(meters);
    new FileDescriptorMetrics().bindTo(meters);
    for (JobState state : JobState.values()) {
      Gauge.builder("octune.jobs", coordinator, c -> jobs(c, state))
          .description("Jobs in memory by state")
          .tag("state", state.text())
          .register(meters);
    }
    for (DeviceView.Status status : DeviceView.Status.values()) {
      Gauge.builder("octune.devices", coordinator, c -> devices(c, status))
          .description("Devices by status")
          .tag("status", status.text())
          .register(meters);
    }
    Gauge.builder("octune.leases", coordinator, ServiceMeters::leases)
        .description("Measure requests that devices hold")
        .register(meters);
    coordinator.addListener(new TrialCounter(meters));
  }

  private static long jobs(Coordinator coordinator, JobState state) {
    return coordinator.jobs().stream().filter(job -> job.state() == state).count();
  }

  private static long devices(Coordinator coordinator, DeviceView.Status status) {
    return coordinator.devices().stream().filter(device -> device.status() == status).count();
  }

  private static long leases(Coordinator coordinator) {
    return coordinator.devices().stream().mapToLong(DeviceView::leases).sum();
  }

  /** Counts trials by how they ended. */
  private static final class TrialCounter implements CoordinatorListener {
    /** As Measurement#status has them; known beforehand, so that a rate starts at zero. */
    private static final String[] STATUSES = {
      "timed", "wrong_answer", "build_failed", "run_failed", "timed_out", "device_lost"
    };

    private final MeterRegistry meters;

    TrialCounter(MeterRegistry meters) {
      this.meters = meters;
      Arrays.stream(STATUSES).forEach(this::counter);
    }

    @Override
    public void news(JobNews news) {
      if (news instanceof JobNews.TrialEnded trial) {
        counter(trial.measurement().status()).increment();
      }
    }

    @Override
    public void deviceChanged(DeviceView device) {}

    private Counter counter(String status) {
      return Counter.builder("octune.trials")
          .description("Trials that ended since the service started")
          .tag("status", status)
          .register(meters);
    }
  }
}
