package dev.octune.kernels.weights;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Chooses which input channels stand side by side, so that few pairs of weights leave the {@link
 * LaneBound}: a matching of channels of little cost, where two channels cost how often they would
 * leave it together, over all output channels and taps of all layers that share the order. Not
 * thread-safe.
 *
 * <p>The matching is a heuristic: channels of the highest total cost choose their cheapest partner
 * first, then pairs exchange partners as long as that saves anything. Pairs stand in the order of
 * their cost, so that what stays unsafe falls into few chunks of four channels.
 */
public final class ChannelPairing {
  /** Sweeps over all pairs; later ones change next to nothing. */
  private static final int MAX_SWEEPS = 8;

  private final int channels;

  /** Channels and, where their number is odd, one whose weights are zero. */
  private final int paired;

  private final double[][] costs;

  public ChannelPairing(int channels) {
    this.channels = channels;
    this.paired = channels + channels % 2;
    this.costs = new double[paired][paired];
  }

  /**
   * Adds a layer.
   *
   * @param weights plain s8[outChannels, channels, taps]
   * @param importance how much an unsafe pair of it matters, beside other layers
   */
  public void add(byte[] weights, int taps, LaneBound bound, double importance) {
    int rowWeights = channels * taps;
    int[] row = new int[channels];
    for (int from = 0; from < weights.length; from += rowWeights) {
      for (int tap = 0; tap < taps; tap++) {
        for (int channel = 0; channel < channels; channel++) {
          row[channel] = weights[from + channel * taps + tap];
        }
        addRow(row, bound, importance);
      }
    }
  }

  /** One of two weights that leave a bound together is over half of it. */
  private void addRow(int[] row, LaneBound bound, double importance) {
    for (int i = 0; i < channels; i++) {
      if (isLarge(row[i], bound)) {
        for (int j = 0; j < channels; j++) {
          boolean counted = j < i && isLarge(row[j], bound);
          if (j != i && !counted && !bound.holds(row[i], row[j])) {
            costs[i][j] += importance;
            costs[j][i] += importance;
          }
        }
      }
    }
  }

  private static boolean isLarge(int weight, LaneBound bound) {
    return 2 * weight > bound.positive() || -2 * weight > bound.negative();
  }

  /** The order of all layers added so far. */
  public ChannelOrder order() {
    int[][] pairs = greedy();
    improve(pairs);
    // The channel that is not there must be the last one.
    Comparator<int[]> dearestFirst = Comparator.comparingDouble(pair -> -cost(pair));
    Arrays.sort(pairs, Comparator.<int[]>comparingInt(this::rank).thenComparing(dearestFirst));
    int[] order = new int[channels];
    int place = 0;
    for (int[] pair : pairs) {
      for (int channel : new int[] {Math.min(pair[0], pair[1]), Math.max(pair[0], pair[1])}) {
        if (channel < channels) {
          order[place++] = channel;
        }
      }
    }
    return ChannelOrder.of(order);
  }

  private int rank(int[] pair) {
    return Math.max(pair[0], pair[1]) < channels ? 0 : 1;
  }

  private double cost(int[] pair) {
    return costs[pair[0]][pair[1]];
  }

  private int[][] greedy() {
    double[] totals = new double[paired];
    for (int i = 0; i < paired; i++) {
      totals[i] = Arrays.stream(costs[i]).sum();
    }
    int[] dearestFirst =
        IntStream.range(0, paired)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -totals[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    boolean[] used = new boolean[paired];
    int[][] pairs = new int[paired / 2][];
    int count = 0;
    for (int i : dearestFirst) {
      if (used[i]) {
        continue;
      }
      used[i] = true;
      int best = -1;
      for (int j = 0; j < paired; j++) {
        if (!used[j] && (best < 0 || costs[i][j] < costs[i][best])) {
          best = j;
        }
      }
      used[best] = true;
      pairs[count++] = new int[] {i, best};
    }
    return pairs;
  }

  /** Pairs (a, b) and (c, d) become (a, c) and (b, d), or (a, d) and (b, c), where cheaper. */
  private void improve(int[][] pairs) {
    boolean changed = true;
    for (int sweep = 0; changed && sweep < MAX_SWEEPS; sweep++) {
      changed = false;
      for (int x = 0; x < pairs.length; x++) {
        changed |= cost(pairs[x]) > 0 && exchange(pairs, x);
      }
    }
  }

  /** The exchange of one pair that saves most. */
  private boolean exchange(int[][] pairs, int x) {
    int a = pairs[x][0];
    int b = pairs[x][1];
    double most = 0;
    int with = -1;
    boolean crossed = false;
    for (int y = 0; y < pairs.length; y++) {
      if (y == x) {
        continue;
      }
      int c = pairs[y][0];
      int d = pairs[y][1];
      double now = costs[a][b] + costs[c][d];
      double straight = now - costs[a][c] - costs[b][d];
      double across = now - costs[a][d] - costs[b][c];
      if (Math.max(straight, across) > most) {
        most = Math.max(straight, across);
        with = y;
        crossed = across > straight;
      }
    }
    if (with < 0) {
      return false;
    }
    int c = pairs[with][crossed ? 1 : 0];
    int d = pairs[with][crossed ? 0 : 1];
    pairs[x] = new int[] {a, c};
    pairs[with] = new int[] {b, d};
    return true;
  }
}
