package dev.octune.tuner.search;

/**
 * A seeded order of 0..size−1 in constant memory: a four-round Feistel network on the smallest even
 * number of bits that holds size, walked until the image falls inside (at most four steps on
 * average, since the network's domain is below 4 × size). Immutable, thread-safe.
 */
final class Permutation {
  private static final int ROUNDS = 4;

  private final int size;
  private final int halfBits;
  private final int halfMask;
  private final long seed;

  Permutation(int size, long seed) {
    if (size < 1) {
      throw new IllegalArgumentException("a permutation of " + size + " points");
    }
    this.size = size;
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(size - 1);
    this.halfBits = Math.max(1, (bits + 1) / 2);
    this.halfMask = (1 << halfBits) - 1;
    this.seed = seed;
  }

  /** The point at a position in [0, size). */
  int at(int position) {
    int image = position;
    do {
      image = network(image);
    } while (image >= size);
    return image;
  }

  private int network(int value) {
    int left = value >>> halfBits;
    int right = value & halfMask;
    for (int round = 0; round < ROUNDS; round++) {
      int next = left ^ (mix(seed + right, round) & halfMask);
      left = right;
      right = next;
    }
    return left << halfBits | right;
  }

  /** SplitMix64's finaliser (Steele, Lea, Flood, "Fast splittable PRNGs", 2014). */
  private static int mix(long value, int round) {
    long z = value + (round + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return (int) (z ^ z >>> 31);
  }
}
