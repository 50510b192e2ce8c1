package dev.octune.tuner.lookup;

import dev.octune.db.TuningDb;
import dev.octune.db.match.LookupIndex;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.tuner.access.AuditLog;
import dev.octune.tuner.coordinator.Coordinator;
import dev.octune.tuner.http.Deeds;
import dev.octune.tuner.http.RouteSource;
import dev.octune.tuner.http.Routes;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.List;

/** All paths of this room, with the threads that they need. Thread-safe. */
public final class Knowledge implements RouteSource, AutoCloseable {
  /** The machine has other things to do than to search for nearest schedules. */
  private static final int SEARCHERS = 2;

  /** The database reads on one thread. */
  private static final int READERS = 2;

  private static final int STREAMERS = 4;
  private static final int COMPILERS = 1;

  private final LookupIndex index;
  private final Coordinator coordinator;
  private final MissTuning misses;
  private final List<RouteSource> sources;
  private final List<WorkerExecutor> executors;

  private Knowledge(
      LookupIndex index,
      Coordinator coordinator,
      MissTuning misses,
      List<RouteSource> sources,
      List<WorkerExecutor> executors) {
    this.index = index;
    this.coordinator = coordinator;
    this.misses = misses;
    this.sources = sources;
    this.executors = executors;
  }

  /**
   * Loads the index: some seconds for a hundred thousand confirmed bests.
   *
   * @param db open for writing
   */
  public static Knowledge load(
      Vertx vertx,
      TuningDb db,
      KernelLibrary library,
      Coordinator coordinator,
      KernelCompiler compiler,
      AuditLog audit,
      String octuneVersion) {
    LookupIndex index = db.index(library::points);
    WorkerExecutor searchers = vertx.createSharedWorkerExecutor("octune-searchers", SEARCHERS);
    WorkerExecutor readers = vertx.createSharedWorkerExecutor("octune-readers", READERS);
    WorkerExecutor streamers = vertx.createSharedWorkerExecutor("octune-streamers", STREAMERS);
    WorkerExecutor compilers = vertx.createSharedWorkerExecutor("octune-compilers", COMPILERS);
    Deeds deeds = new Deeds(audit);
    MissTuning misses = new MissTuning(vertx, index, coordinator, library, searchers, deeds);
    coordinator.addListener(misses);
    return new Knowledge(
        index,
        coordinator,
        misses,
        List.of(
            new LookupRoutes(index, misses, searchers),
            new RecordRoutes(db, readers, streamers, deeds, octuneVersion),
            new KernelRoutes(index, library, compiler, compilers)),
        List.of(searchers, readers, streamers, compilers));
  }

  @Override
  public void addTo(Routes routes) {
    sources.forEach(source -> source.addTo(routes));
  }

  /** What look-ups are answered from. */
  public LookupIndex index() {
    return index;
  }

  /** Lets go of threads; the database stays open. */
  @Override
  public void close() {
    coordinator.removeListener(misses);
    executors.forEach(WorkerExecutor::close);
  }
}
