package dev.octune.tuner.lookup;

import dev.octune.db.TuningDb;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.ConfirmedBest.Figure;
import dev.octune.db.record.Session;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.measure.Measurement.CacheState;
import dev.octune.kernels.measure.Measurement.Placement;
import dev.octune.kernels.measure.Measurement.Sample;
import dev.octune.kernels.measure.Measurement.Timed;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.access.AuditLog;
import dev.octune.tuner.http.HandCoordinator;
import dev.octune.tuner.http.ServerFixture;
import dev.octune.tuner.lookup.KernelCompiler.Compiled;
import io.vertx.core.Vertx;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A real server that serves this room, over a database in a file. */
final class KnowledgeFixture implements AutoCloseable {
  static final Session SESSION = new Session("s-1", "EPYC 7763", "0.1.0", "LLVM 20.1.7");
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123Z");
  private static final KernelLibrary LIBRARY = KernelLibrary.standard();

  final TuningDb db;
  final Knowledge knowledge;
  final ServerFixture api;
  final AtomicInteger compiled = new AtomicInteger();

  /** What the compiler does; by default an object that names its kernel. */
  volatile KernelCompiler compiler =
      (candidate, symbol) -> {
        compiled.incrementAndGet();
        return new Compiled.Built(
            ByteBuffer.wrap((symbol + " " + text(candidate)).getBytes(StandardCharsets.UTF_8)));
      };

  private final Vertx vertx = Vertx.vertx();
  private final AuditLog audit;

  KnowledgeFixture(Path folder) throws Exception {
    Files.createDirectories(folder);
    db = TuningDb.open(folder.resolve("tuning"), TuningDb.Access.WRITER);
    audit = AuditLog.open(folder, InstantSource.system());
    HandCoordinator coordinator = new HandCoordinator();
    knowledge =
        Knowledge.load(
            vertx,
            db,
            LIBRARY,
            coordinator,
            (candidate, symbol) -> compiler.compile(candidate, symbol),
            audit,
            "0.1.0");
    api = new ServerFixture(folder, coordinator, List.of(knowledge), Optional.empty());
  }

  static String text(Candidate candidate) {
    return candidate.workload() + " | " + candidate.target() + " | " + candidate.schedule();
  }

  /** A best with a legal schedule, the same for the same arguments. */
  ConfirmedBest best(Workload workload, Target target, double nanos) {
    ConfigSpace space = LIBRARY.space(workload, target);
    Schedule byDefault = LIBRARY.defaultSchedule(workload, target);
    int point = (int) nanos % (space.size() - 1);
    Schedule other = space.at(point);
    return ConfirmedBest.choose(
        workload,
        target,
        new Figure(byDefault, timed(2 * nanos)),
        List.of(new Figure(other.equals(byDefault) ? space.at(point + 1) : other, timed(nanos))),
        SESSION,
        NOON);
  }

  void put(ConfirmedBest best) {
    db.putBest(best).join();
  }

  void tuned(Workload workload, Target target, double nanos) {
    put(best(workload, target, nanos));
  }

  ServerFixture.Answer get(String path, Workload workload, Target target) throws Exception {
    return api.get(api.admin, query(path, workload, target));
  }

  static String query(String path, Workload workload, Target target) {
    return "%s?workload=%s&target=%s"
        .formatted(path, encoded(workload.text()), encoded(target.text()));
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  static Timed timed(double nanos) {
    return new Timed(
        List.of(new Placement(0, List.of(new Sample(nanos, 10, false)))), CacheState.HOT);
  }

  @Override
  public void close() {
    api.close();
    knowledge.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    audit.close();
    db.close();
  }
}
