package dev.octune.tuner.lookup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.db.match.LookupResult;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import io.vertx.core.buffer.Buffer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class QueryCacheTest {
  private static final QueryCache.Known ANSWER =
      new QueryCache.Known(
          Workload.parse("dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32"),
          Target.parse("x86_64 cpu=znver3 isa=avx2 threads=1"),
          new LookupResult.None<>(),
          Buffer.buffer(new byte[1000]),
          new EntityTag("\"t\""),
          1);

  @Test
  void put_beyondTheLimit_dropsTheOneNotAskedForLongest() {
    QueryCache cache = new QueryCache(100_000);
    for (int i = 0; i < 10_000; i++) {
      cache.put("query " + i, ANSWER);
      assertTrue(cache.get("query 0").isPresent(), "asked for all the time");
    }
    assertFalse(cache.get("query 1").isPresent());
    assertTrue(
        IntStream.range(9_000, 10_000).anyMatch(i -> cache.get("query " + i).isPresent()),
        "new ones get in");
    assertTrue(cache.size() > 60 && cache.size() < 90, "entries: " + cache.size());
  }

  @Test
  void get_moreQueriesInTurnThanFit_findsAShareOfThem() {
    QueryCache cache = new QueryCache(100_000);
    int hits = 0;
    for (int round = 0; round < 50; round++) {
      for (int i = 0; i < 100; i++) {
        if (cache.get("query " + i).isPresent()) {
          hits++;
        } else {
          cache.put("query " + i, ANSWER);
        }
      }
    }
    // Three quarters fit; with each new one let in, none would be found.
    assertTrue(hits > 50 * 100 / 2, "hits: " + hits);
  }

  @Test
  void put_anotherAnswer_isFoundAtOnceAndCounted() {
    QueryCache cache = new QueryCache(100_000);
    for (int i = 0; i < 100; i++) {
      cache.put("query " + i, ANSWER);
    }
    cache.put("query 99", ANSWER.at(2));
    int size = cache.size();
    for (int i = 0; i < 100; i++) {
      String query = "query " + i;
      if (cache.get(query).isPresent()) {
        cache.put(query, ANSWER.at(2));
        assertEquals(2, cache.get(query).orElseThrow().version());
      }
    }
    assertEquals(size, cache.size());
  }

  @Test
  void put_sameAgain_countsOnce() {
    QueryCache cache = new QueryCache(100_000);
    for (int i = 0; i < 1000; i++) {
      cache.put("query", ANSWER);
      cache.put("other", ANSWER);
    }
    assertEquals(2, cache.size());
  }
}
