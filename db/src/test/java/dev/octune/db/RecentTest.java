package dev.octune.db;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RecentTest {
  @Test
  void put_moreThanAreKept_forgetsWhatWasNotAskedFor() {
    Map<String, Integer> ids = Recent.map();
    ids.put("asked", -1);
    ids.put("idle", -2);
    for (int i = 0; i < Recent.MAX_KEPT; i++) {
      ids.put("key " + i, i);
      assertEquals(-1, ids.get("asked"));
    }

    assertEquals(Recent.MAX_KEPT, ids.size());
    assertNull(ids.get("idle"));
    assertEquals(Recent.MAX_KEPT - 1, ids.get("key " + (Recent.MAX_KEPT - 1)));
  }

  /** As sessions of the service are asked for. */
  @Test
  void add_toASetOfThem_countsAsAsked() {
    Set<String> known = Recent.set();
    known.add("asked");
    for (int i = 0; i < Recent.MAX_KEPT; i++) {
      known.add("key " + i);
      known.add("asked");
    }

    assertTrue(known.contains("asked"));
    assertEquals(Recent.MAX_KEPT, known.size());
  }
}
