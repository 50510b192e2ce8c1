package dev.octune.tuner.search;

import dev.octune.kernels.text.TextException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The ways to choose what to try next, as {@code --strategy} names them. */
public enum StrategyKind {
  /** Guided by the XGBoost cost model. */
  XGB("xgb"),
  /** Each point equally likely, none twice. */
  RANDOM("random"),
  /** In the order of the space: for small spaces that are tried whole. */
  GRID("grid");

  private final String text;

  StrategyKind(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }

  /** Reads a name. */
  public static StrategyKind parse(String text) {
    return Arrays.stream(values())
        .filter(kind -> kind.text.equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new TextException(
                    "strategy '%s' is not known. Mend: use one of %s"
                        .formatted(
                            text,
                            Arrays.stream(values())
                                .map(StrategyKind::text)
                                .collect(Collectors.joining(", ")))));
  }
}
