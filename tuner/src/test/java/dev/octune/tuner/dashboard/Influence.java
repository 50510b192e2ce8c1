package dev.octune.tuner.dashboard;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What the page must say of the knobs of a landscape's first trials, computed another way: the
 * variance between a knob's values from sums and sums of squares.
 *
 * @param shares by knob with more than one value
 */
record Influence(Map<String, Double> shares) {
  /** Sums over the trials of one value. */
  private record Sums(int trials, double logs) {
    static final Sums NONE = new Sums(0, 0);

    Sums plus(double log) {
      return new Sums(trials + 1, logs + log);
    }
  }

  static Influence of(Recorded recorded, int trials) {
    double[] logs =
        IntStream.rangeClosed(1, trials)
            .mapToDouble(trial -> Math.log(recorded.nanos(trial).orElseThrow()))
            .toArray();
    double sum = 0;
    double squares = 0;
    Map<String, Map<String, Sums>> byKnob = new TreeMap<>();
    for (int trial = 1; trial <= trials; trial++) {
      double log = logs[trial - 1];
      sum += log;
      squares += log * log;
      String[] parts = recorded.schedule(trial).split(" ", -1);
      for (int i = 1; i < parts.length; i++) {
        String[] knob = parts[i].split("=", 2);
        byKnob
            .computeIfAbsent(knob[0], _ -> new HashMap<>())
            .compute(knob[1], (_, sums) -> (sums == null ? Sums.NONE : sums).plus(log));
      }
    }
    double total = squares - sum * sum / trials;
    double mean = sum / trials;
    Map<String, Double> shares = new TreeMap<>();
    byKnob.forEach(
        (knob, values) -> {
          if (values.size() > 1) {
            double between =
                values.values().stream()
                    .mapToDouble(v -> v.trials() * Math.pow(v.logs() / v.trials() - mean, 2))
                    .sum();
            double unexplained = (1 - between / total) * (trials - 1) / (trials - values.size());
            shares.put(knob, Math.max(0, 1 - unexplained));
          }
        });
    return new Influence(shares);
  }

  String mostTelling() {
    return shares.entrySet().stream()
        .max(Comparator.comparingDouble(Map.Entry::getValue))
        .orElseThrow()
        .getKey();
  }
}
