package dev.octune.tuner.load;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.measure.Device;
import dev.octune.kernels.measure.MeasureRequest;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.rpc.tracker.TrackerEvent;
import dev.octune.rpc.wire.DeviceDeclaration;
import dev.octune.rpc.wire.Outcome;
import dev.octune.rpc.wire.Request;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What the wire costs a trial: the same candidates on the same device, called directly and through
 * a worker and a tracker over TCP on loopback, in turns.
 *
 * <p>Run by {@code octune bench-rpc}.
 */
public final class RpcTrials {
  /** As deep as {@code octune worker} is. */
  private static final int DEPTH = 16;

  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final KernelLibrary library;
  private final Target target;
  private final Device device;

  public RpcTrials(KernelLibrary library, Target target, Device device) {
    this.library = library;
    this.target = target;
    this.device = device;
  }

  /**
   * What was seen.
   *
   * @param directMillis median from request to answer, one trial at a time
   * @param rpcMillis the same through the wire
   * @param overheadMillis median over candidates of the difference of the two
   * @param directPerSecond trials a second with {@value #DEPTH} of them under way
   * @param rpcPerSecond the same through the wire
   */
  public record Report(
      int candidates,
      double directMillis,
      double rpcMillis,
      double overheadMillis,
      double directPerSecond,
      double rpcPerSecond) {
    @Override
    public String toString() {
      return ("%d candidates, one at a time: %.2f ms directly, %.2f ms through the wire, median"
              + " difference %.2f ms; many under way: %.1f/s directly, %.1f/s through the wire:"
              + " %.0f %%")
          .formatted(
              candidates,
              directMillis,
              rpcMillis,
              overheadMillis,
              directPerSecond,
              rpcPerSecond,
              100 * rpcPerSecond / directPerSecond);
    }
  }

  /**
   * Measures.
   *
   * @param candidates of the workload's space, chosen by the seed
   * @param rounds of every comparison, in turns
   */
  public Report run(Workload workload, int candidates, int rounds, long seed) {
    List<MeasureRequest> requests = requests(workload, candidates, seed);
    Map<Long, CompletableFuture<Measurement>> open = new ConcurrentHashMap<>();
    CompletableFuture<Long> session = new CompletableFuture<>();
    try (LoopbackService service =
        new LoopbackService(
            library.version(),
            event -> {
              switch (event) {
                case TrackerEvent.Attached(long id, _, _) -> session.complete(id);
                case TrackerEvent.Ended(_, _, long lease, Outcome.Measured(var measurement), _) ->
                    Objects.requireNonNull(open.remove(lease)).complete(measurement);
                case TrackerEvent.Refused refused ->
                    session.completeExceptionally(new IllegalStateException(refused.reason()));
                case TrackerEvent.Ended _,
                    TrackerEvent.Heard _,
                    TrackerEvent.Draining _,
                    TrackerEvent.Detached _ -> {}
              }
            })) {
      service.lend("bench", declaration(), device);
      long id = session.join();
      long[] nextLease = {1};
      Function<MeasureRequest, CompletableFuture<Measurement>> wire =
          request -> {
            long lease = nextLease[0]++;
            CompletableFuture<Measurement> answer = new CompletableFuture<>();
            open.put(lease, answer);
            service.tracker().send(id, 0, lease, new Request.Measure(request, LIMIT), "");
            return answer.whenComplete((_, _) -> service.tracker().acknowledge(id, lease));
          };
      // Layouts are compiled once: nobody pays for them below.
      double _ = perSecond(device::measure, requests);
      double _ = perSecond(wire, requests);
      return compare(wire, requests, rounds);
    }
  }

  private Report compare(
      Function<MeasureRequest, CompletableFuture<Measurement>> wire,
      List<MeasureRequest> requests,
      int rounds) {
    List<Double> direct = new ArrayList<>();
    List<Double> through = new ArrayList<>();
    List<Double> differences = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < requests.size(); i++) {
        MeasureRequest request = requests.get(i);
        // Who goes first changes: the second finds the machine warmer.
        boolean wireFirst = (i + round) % 2 == 0;
        double first = millis(wireFirst ? wire : device::measure, request);
        double second = millis(wireFirst ? device::measure : wire, request);
        direct.add(wireFirst ? second : first);
        through.add(wireFirst ? first : second);
        differences.add(wireFirst ? first - second : second - first);
      }
    }
    List<Double> directRates = new ArrayList<>();
    List<Double> wireRates = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      directRates.add(perSecond(device::measure, requests));
      wireRates.add(perSecond(wire, requests));
    }
    return new Report(
        requests.size(),
        median(direct),
        median(through),
        median(differences),
        median(directRates),
        median(wireRates));
  }

  private static double millis(
      Function<MeasureRequest, CompletableFuture<Measurement>> way, MeasureRequest request) {
    long start = System.nanoTime();
    Measurement _ = way.apply(request).join();
    return (System.nanoTime() - start) / 1e6;
  }

  private static double perSecond(
      Function<MeasureRequest, CompletableFuture<Measurement>> way, List<MeasureRequest> requests) {
    long start = System.nanoTime();
    Deque<CompletableFuture<Measurement>> underWay = new ArrayDeque<>();
    for (MeasureRequest request : requests) {
      if (underWay.size() == DEPTH) {
        Measurement _ = underWay.removeFirst().join();
      }
      underWay.addLast(way.apply(request));
    }
    underWay.forEach(CompletableFuture::join);
    return requests.size() / ((System.nanoTime() - start) / 1e9);
  }

  private List<MeasureRequest> requests(Workload workload, int candidates, long seed) {
    ConfigSpace space = library.space(workload, target);
    SplittableRandom random = new SplittableRandom(seed);
    List<MeasureRequest> requests = new ArrayList<>();
    for (int i = 0; i < candidates; i++) {
      requests.add(
          new MeasureRequest(
              new Candidate(workload, target, space.at(random.nextInt(space.size()))),
              seed,
              OptionalDouble.empty()));
    }
    return requests;
  }

  private DeviceDeclaration declaration() {
    return new DeviceDeclaration(
        new DeviceKey("bench"),
        target,
        "this machine",
        List.of(),
        1,
        device.description(),
        DEPTH,
        Map.of());
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
