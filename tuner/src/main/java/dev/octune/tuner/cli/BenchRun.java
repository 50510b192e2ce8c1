package dev.octune.tuner.cli;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.peer.Baseline;
import dev.octune.tuner.peer.Entrant;
import dev.octune.tuner.peer.Figure;
import dev.octune.tuner.peer.Goal;
import dev.octune.tuner.peer.GoalResult;
import dev.octune.tuner.peer.Peer;
import dev.octune.tuner.peer.PeerProvider;
import dev.octune.tuner.peer.ShapeResult;
import dev.octune.tuner.peer.SideBySide;
import dev.octune.tuner.report.BenchReport;
import dev.octune.workers.build.Builder;
import dev.octune.workers.inprocess.HostKernel;
import dev.octune.workers.inprocess.Team;
import dev.octune.workers.inprocess.ThreadPlace;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.random.RandomGenerator;

/**
 * One bench, in two steps that belong into two processes: what tuning leaves behind, its threads
 * and XGBoost's OpenMP runtime, must not meet the libraries.
 */
record BenchRun(
    KernelLibrary library,
    Host host,
    Target target,
    BestSchedules best,
    List<PeerProvider> providers,
    long seed,
    PrintWriter err) {
  /** ONNX Runtime's products keep megabytes on the stack of the thread that calls. */
  private static final long STACK_BYTES = 16 << 20;

  /** Tunes what is to be tuned, without any peer. */
  void tune(List<Goal> goals, StopOnSignal stop) throws InterruptedException {
    best.tune(workloads(goals, false), target, stop);
    List<Workload> alone = workloads(goals, true);
    if (!alone.isEmpty()) {
      best.tune(alone, target.withThreads(1), stop);
    }
  }

  /** Times what was tuned. */
  BenchReport time(List<Goal> goals) throws InterruptedException {
    Map<Workload, Candidate> ours = best.confirmed(workloads(goals, false), target);
    Map<Workload, Candidate> oursAlone =
        best.confirmed(workloads(goals, true), target.withThreads(1));
    // Libraries tie their threads to the one that calls them: it is a platform thread that ends.
    FutureTask<BenchReport> timing = new FutureTask<>(() -> timed(goals, ours, oursAlone));
    Thread thread = Thread.ofPlatform().name("octune-bench").stackSize(STACK_BYTES).start(timing);
    try {
      return timing.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException problem) {
        throw problem;
      }
      throw new IllegalStateException("timing failed: " + e.getCause(), e.getCause());
    } finally {
      thread.interrupt();
    }
  }

  private static List<Workload> workloads(List<Goal> goals, boolean alone) {
    return goals.stream()
        .filter(goal -> !alone || goal.baseline() == Baseline.ONE_THREAD)
        .flatMap(goal -> goal.workloads().stream())
        .distinct()
        .toList();
  }

  private BenchReport timed(
      List<Goal> goals, Map<Workload, Candidate> ours, Map<Workload, Candidate> oursAlone)
      throws InterruptedException {
    List<Integer> allowed = host.allowedCpus();
    // As the device does: the last CPUs measure, for the first take the interrupts.
    List<Integer> cpus = allowed.subList(allowed.size() - target.threads(), allowed.size());
    ThreadPlace.confine(cpus);
    List<Peer> peers = new ArrayList<>();
    try (Team team = new Team(cpus);
        Team oneThread = new Team(cpus.subList(0, 1));
        Builder builder = Wiring.builder()) {
      providers.forEach(provider -> peers.add(provider.open(target)));
      RandomGenerator placement = new Random(seed);
      List<GoalResult> results = new ArrayList<>();
      for (Goal goal : goals) {
        Map<Workload, ShapeResult> shapes = new LinkedHashMap<>();
        for (Workload workload : goal.workloads()) {
          err.printf("timing %s%n", workload.text());
          List<HostKernel> kernels = new ArrayList<>();
          try {
            List<Entrant> entrants = new ArrayList<>();
            entrants.add(
                own(Baseline.OURS, candidate(ours, workload), team, builder, placement, kernels));
            if (goal.baseline() == Baseline.ONE_THREAD) {
              entrants.add(
                  own(
                      Baseline.OURS_ALONE,
                      candidate(oursAlone, workload),
                      oneThread,
                      builder,
                      placement,
                      kernels));
            } else {
              peers.forEach(
                  peer ->
                      peer.paths(workload)
                          .forEach(path -> entrants.add(Entrant.of(peer, workload, path))));
            }
            List<Figure> figures =
                SideBySide.standard(target.threads())
                    .measure(workload, operands(workload), entrants);
            shapes.put(workload, GoalResult.shape(goal, workload, figures));
          } finally {
            kernels.forEach(HostKernel::close);
          }
        }
        results.add(new GoalResult(goal, List.copyOf(shapes.values())));
      }
      return new BenchReport(
          target,
          host.model(),
          peers.stream()
              .map(peer -> new BenchReport.PeerLine(peer.name(), peer.version()))
              .toList(),
          results);
    } finally {
      peers.forEach(Peer::close);
    }
  }

  private Entrant own(
      String name,
      Candidate candidate,
      Team team,
      Builder builder,
      RandomGenerator placement,
      List<HostKernel> kernels)
      throws InterruptedException {
    HostKernel kernel = HostKernel.build(library.emit(candidate), builder);
    kernels.add(kernel);
    return new OwnKernel(name, candidate, kernel, team, placement);
  }

  private static Candidate candidate(Map<Workload, Candidate> best, Workload workload) {
    Candidate candidate = best.get(workload);
    if (candidate == null) {
      throw new IllegalStateException("nothing was tuned for " + workload.text());
    }
    return candidate;
  }

  private SideBySide.Operands operands(Workload workload) {
    return Wiring.weights()
        .of(workload)
        .map(wgt -> SideBySide.Operands.onWeights(workload, wgt, seed))
        .orElseGet(() -> SideBySide.Operands.fullRange(workload, seed));
  }
}
