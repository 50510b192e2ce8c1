package dev.octune.tuner.lookup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.db.match.LookupResult;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;

final class QueryCacheTest {
  private static final QueryCache.Known ANSWER =
      new QueryCache.Known(
          Workload.parse("dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32"),
          Target.parse("x86_64 cpu=znver3 isa=avx2 threads=1"),
          new LookupResult.None<>(),
          Buffer.buffer(new byte[1000]),
          new EntityTag("\"t\""));

  @Test
  void put_beyondTheLimit_dropsTheOneNotAskedForLongest() {
    QueryCache cache = new QueryCache(100_000);
    for (int i = 0; i < 1000; i++) {
      cache.put("query " + i, ANSWER);
      assertTrue(cache.get("query 0").isPresent(), "asked for all the time");
    }
    assertFalse(cache.get("query 500").isPresent());
    assertTrue(cache.get("query 999").isPresent());
    assertTrue(cache.size() > 40 && cache.size() < 60, "entries: " + cache.size());
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
