package dev.octune.db.match;

import dev.octune.db.match.LookupResult.Nearest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The slots of one operator, for finding the nearest. They stand in the order of their points'
 * heights: a search begins at the query's height and goes both ways until heights alone lie farther
 * apart than the nearest found. New ones wait in a tail, so that adding one costs little.
 *
 * <p>Immutable but for slots behind {@link #tailSize}, which only {@link #with} writes: one thread
 * adds, each time to the newest; any thread searches.
 */
final class Neighbourhood {
  /** Every search looks at the whole tail; merging it copies the rest. */
  private static final int MAX_TAIL = 1024;

  static final Neighbourhood EMPTY =
      new Neighbourhood(new IndexSlot[0], new double[0], new IndexSlot[0], 0);

  private static final Comparator<IndexSlot> BY_HEIGHT =
      Comparator.comparingDouble(slot -> slot.point().height());

  private final IndexSlot[] slots;
  private final double[] heights;
  private final IndexSlot[] tail;
  private final int tailSize;

  private Neighbourhood(IndexSlot[] slots, double[] heights, IndexSlot[] tail, int tailSize) {
    this.slots = slots;
    this.heights = heights;
    this.tail = tail;
    this.tailSize = tailSize;
  }

  /** This one and a slot that it does not hold. */
  Neighbourhood with(IndexSlot slot) {
    IndexSlot[] mine = tailSize == 0 ? new IndexSlot[MAX_TAIL] : tail;
    mine[tailSize] = slot;
    return tailSize + 1 < MAX_TAIL
        ? new Neighbourhood(slots, heights, mine, tailSize + 1)
        : merged(mine);
  }

  /**
   * The nearest that is wanted.
   *
   * @param wanted asked of those only that are nearer than the nearest one wanted so far
   */
  Optional<Nearest<IndexedBest>> nearest(ShapePoint query, Predicate<IndexedBest> wanted) {
    Search search = new Search(query, wanted);
    for (int i = 0; i < tailSize; i++) {
      search.look(tail[i]);
    }
    int found = Arrays.binarySearch(heights, query.height());
    int up = found >= 0 ? found : -found - 1;
    int down = up - 1;
    while (search.reaches(heights, up) || search.reaches(heights, down)) {
      boolean upward =
          down < 0
              || (up < heights.length
                  && heights[up] - query.height() <= query.height() - heights[down]);
      search.look(slots[upward ? up++ : down--]);
    }
    return Optional.ofNullable(search.nearest);
  }

  private Neighbourhood merged(IndexSlot[] fullTail) {
    IndexSlot[] all = Arrays.copyOf(slots, slots.length + fullTail.length);
    System.arraycopy(fullTail, 0, all, slots.length, fullTail.length);
    // Two ascending runs once the tail is sorted: the sort merges them in one pass.
    Arrays.sort(all, slots.length, all.length, BY_HEIGHT);
    Arrays.sort(all, BY_HEIGHT);
    double[] allHeights = new double[all.length];
    for (int i = 0; i < all.length; i++) {
      allHeights[i] = all[i].point().height();
    }
    return new Neighbourhood(all, allHeights, EMPTY.tail, 0);
  }

  /** One search under way. */
  private static final class Search {
    private final ShapePoint query;
    private final Predicate<IndexedBest> wanted;
    private @Nullable Nearest<IndexedBest> nearest;

    Search(ShapePoint query, Predicate<IndexedBest> wanted) {
      this.query = query;
      this.wanted = wanted;
    }

    boolean reaches(double[] heights, int index) {
      return index >= 0
          && index < heights.length
          && (nearest == null
              || !ShapePoint.isBeyond(heights[index] - query.height(), nearest.distance()));
    }

    void look(IndexSlot slot) {
      double distance = query.distance(slot.point());
      Nearest<IndexedBest> before = nearest;
      if (before != null && distance > before.distance()) {
        return;
      }
      IndexedBest best = slot.best();
      boolean nearer =
          before == null
              || distance < before.distance()
              || Matching.NEWEST_FIRST.compare(best, before.best()) < 0;
      if (nearer && wanted.test(best)) {
        nearest = new Nearest<>(best, distance);
      }
    }
  }
}
