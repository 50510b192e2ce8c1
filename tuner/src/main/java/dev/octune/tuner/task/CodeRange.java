package dev.octune.tuner.task;

/** Codes that a tensor may hold, both ends included, as u8: s8 codes are shifted by +128. */
record CodeRange(int min, int max) {
  static final CodeRange FULL = new CodeRange(0, 255);

  CodeRange {
    if (min < 0 || max > 255 || min > max) {
      throw new IllegalArgumentException("codes [%d, %d] aren't u8".formatted(min, max));
    }
  }

  CodeRange union(CodeRange other) {
    return new CodeRange(Math.min(min, other.min), Math.max(max, other.max));
  }

  /** What both allow; what this allows where that is nothing. */
  CodeRange intersect(CodeRange other) {
    int newMin = Math.max(min, other.min);
    int newMax = Math.min(max, other.max);
    return newMin <= newMax ? new CodeRange(newMin, newMax) : this;
  }
}
