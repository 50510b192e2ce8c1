package dev.octune.tuner.load;

import dev.octune.db.TuningDb;
import dev.octune.kernels.codegen.KernelLibrary;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** What {@code octune load} measures of look-ups. */
public final class LookupBenchmark {
  private final long seed;
  private final Consumer<String> tell;

  /**
   * @param seed of the made-up keys and of the order in which they are asked
   * @param tell takes each line of the result
   */
  public LookupBenchmark(long seed, Consumer<String> tell) {
    this.seed = seed;
    this.tell = tell;
  }

  /** Fills an open database with made-up trials and confirmed bests. */
  public void fill(TuningDb db, KernelLibrary library, int keys, int trials, String octuneVersion) {
    long start = System.nanoTime();
    new MadeUpDatabase(db, library, seed, octuneVersion).fill(MadeUpKeys.of(seed, keys), trials);
    tell.accept(
        "%s in %.0f s, seed %d".formatted(db.counts(), (System.nanoTime() - start) / 1e9, seed));
  }

  /** Loads the index of a database and asks it, a while for each kind of question. */
  public void index(TuningDb db, KernelLibrary library, Duration each) {
    new IndexBenchmark(tell).run(db, library, seed, each);
  }

  /**
   * Asks a service that serves a database of {@link #fill}: as fast as its answers come, then as
   * many a second as are wanted.
   *
   * @throws IOException where an answer is not 200
   */
  public void load(
      InetSocketAddress server,
      String token,
      int keys,
      int connections,
      double perSecond,
      Duration each)
      throws IOException {
    List<String> paths = new ArrayList<>(keys);
    for (MadeUpKeys.Key key : MadeUpKeys.of(seed, keys)) {
      paths.add(
          "/api/v1/lookup?workload=%s&target=%s"
              .formatted(encoded(key.workload().text()), encoded(key.target().text())));
    }
    Collections.shuffle(paths, new Random(seed));
    HttpLoad load =
        new HttpLoad(
            server,
            connections,
            HttpLoad.gets(paths, server.getHostString() + ":" + server.getPort(), token));
    tell.accept("each once: " + load.once());
    tell.accept("warming up: " + load.run(each, 0));
    tell.accept(
        "%d connections, as fast as answers come: %s".formatted(connections, load.run(each, 0)));
    tell.accept(
        "%d connections, %,.0f due a second: %s"
            .formatted(connections, perSecond, load.run(each, perSecond)));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
