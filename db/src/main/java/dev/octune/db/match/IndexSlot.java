package dev.octune.db.match;

/** The place of one workload (with its azp) and target in an index. Thread-safe. */
final class IndexSlot {
  private final ShapePoint point;
  private volatile IndexedBest best;

  IndexSlot(IndexedBest best) {
    this.point = ShapePoint.of(best.workload(), best.target());
    this.best = best;
  }

  ShapePoint point() {
    return point;
  }

  IndexedBest best() {
    return best;
  }

  void replace(IndexedBest newer) {
    best = newer;
  }
}
