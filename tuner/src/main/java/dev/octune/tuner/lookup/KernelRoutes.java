package dev.octune.tuner.lookup;

import dev.octune.db.match.LookupIndex;
import dev.octune.db.record.KnownBest;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.weights.MissingWeightsException;
import dev.octune.tuner.access.Role;
import dev.octune.tuner.http.Parameters;
import dev.octune.tuner.http.Problem;
import dev.octune.tuner.http.ProblemException;
import dev.octune.tuner.http.RouteSource;
import dev.octune.tuner.http.Routes;
import dev.octune.tuner.lookup.KernelCompiler.Compiled;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tuned kernels as object files. Thread-safe. */
final class KernelRoutes implements RouteSource {
  private static final String PATH = "/api/v1/kernels/{record}/kernel.o";

  /** As {@code octune kernel} names them unless told otherwise. */
  private static final String DEFAULT_SYMBOL = "octune_kernel";

  private static final Pattern SYMBOL = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");
  private static final Pattern RECORD = Pattern.compile("[0-9a-f]{" + KnownBest.ID_DIGITS + "}");

  /** Some thousand kernels: an object has 5 to 60 KB. */
  private static final long MAX_CACHED_BYTES = 64L << 20;

  /** Kernels that wait for the one compiler: some seconds. */
  private static final int MAX_COMPILING = 64;

  private static final CharSequence OBJECT =
      HttpHeaders.createOptimized("application/octet-stream");

  private final LookupIndex index;
  private final KernelLibrary library;
  private final KernelCompiler compiler;
  private final WorkerExecutor compilers;
  private final KernelCache<Wanted> cache = new KernelCache<>(MAX_CACHED_BYTES);
  private final Semaphore compiling = new Semaphore(MAX_COMPILING);

  /**
   * @param compilers run what blocks for a build
   */
  KernelRoutes(
      LookupIndex index, KernelLibrary library, KernelCompiler compiler, WorkerExecutor compilers) {
    this.index = index;
    this.library = library;
    this.compiler = compiler;
    this.compilers = compilers;
  }

  private record Wanted(Candidate candidate, String symbol) {}

  @Override
  public void addTo(Routes routes) {
    routes.add(HttpMethod.GET, PATH, Role.READ, this::kernel);
  }

  private void kernel(RoutingContext context) {
    @Nullable String text = context.pathParam("record");
    KnownBest best = find(text == null ? "" : text);
    String symbol = symbol(context);
    // Of the record's own target, and of every azp of its workload: packing takes it as it comes.
    Wanted wanted =
        new Wanted(new Candidate(best.workload(), best.target(), best.schedule()), symbol);
    if (!library.contains(wanted.candidate())) {
      throw new Problem(
              Problem.Kind.UNFIT,
              "Record %s has a schedule of another template version: %s."
                  .formatted(text, best.schedule()),
              "tune its workload again")
          .exception();
    }
    cache
        .get(wanted, () -> compile(wanted))
        .onSuccess(entry -> Tagged.send(context, OBJECT, entry.tag(), entry.file()))
        .onFailure(context::fail);
  }

  private KnownBest find(String id) {
    if (!RECORD.matcher(id).matches()) {
      throw unknown(id);
    }
    return index.byId(id).orElseThrow(() -> unknown(id));
  }

  private static ProblemException unknown(String id) {
    return new Problem(
            Problem.Kind.NOT_FOUND,
            "There is no confirmed record '%s', or a newer one stands in its place."
                .formatted(id.substring(0, Math.min(id.length(), KnownBest.ID_DIGITS))),
            "take the id of a record that a look-up gives now")
        .exception();
  }

  private static String symbol(RoutingContext context) {
    Optional<String> symbol = Parameters.one(context, "symbol");
    if (symbol.isPresent() && !SYMBOL.matcher(symbol.get()).matches()) {
      throw new Problem(
              Problem.Kind.MALFORMED,
              "symbol is no C identifier.",
              "use up to 64 letters, digits and _")
          .exception();
    }
    return symbol.orElse(DEFAULT_SYMBOL);
  }

  private Future<KernelCache.Entry> compile(Wanted wanted) {
    if (!compiling.tryAcquire()) {
      return Future.failedFuture(
          new Problem(
                  Problem.Kind.UNAVAILABLE,
                  "%d other kernels are being compiled.".formatted(MAX_COMPILING),
                  "try again in a second")
              .exception());
    }
    return compilers
        .executeBlocking(
            () ->
                switch (compiled(wanted)) {
                  case Compiled.Built(ByteBuffer object) -> entry(object);
                  case Compiled.Refused(String reason) ->
                      throw new Problem(
                              Problem.Kind.UNFIT,
                              "The compiler refused the kernel: %s.".formatted(reason),
                              "tune its workload again")
                          .exception();
                  case Compiled.Unavailable(String reason) ->
                      throw new Problem(
                              Problem.Kind.UNAVAILABLE,
                              "The kernel could not be compiled: %s.".formatted(reason),
                              "try again")
                          .exception();
                },
            false)
        .onComplete(_ -> compiling.release());
  }

  /** A schedule may be made of particular weights, which only those who uploaded them have. */
  private Compiled compiled(Wanted wanted) throws InterruptedException {
    try {
      return compiler.compile(wanted.candidate(), wanted.symbol());
    } catch (MissingWeightsException e) {
      return new Compiled.Refused(String.valueOf(e.getMessage()));
    }
  }

  private static KernelCache.Entry entry(ByteBuffer object) {
    byte[] bytes = new byte[object.remaining()];
    object.duplicate().get(bytes);
    return new KernelCache.Entry(Buffer.buffer(bytes), EntityTag.of(bytes));
  }
}
