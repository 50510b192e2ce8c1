package dev.octune.tuner.http;

import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Parameters of a query and of a path. */
public final class Parameters {
  private Parameters() {}

  /** A parameter of the query that may stand there once. */
  public static Optional<String> one(RoutingContext context, String name) {
    List<String> values = context.queryParam(name);
    if (values.size() > 1) {
      throw malformed("'%s' is given %d times.".formatted(name, values.size()), "give it once");
    }
    return values.stream().findFirst();
  }

  /** A whole number of the query. */
  public static int whole(RoutingContext context, String name, int min, int max, int absent) {
    Optional<String> text = one(context, name);
    if (text.isEmpty()) {
      return absent;
    }
    try {
      int value = Integer.parseInt(text.get());
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException _) {
      // Said below, with the numbers that fit.
    }
    throw malformed(
        "%s is '%s'.".formatted(name, text.get()), "give a number in [%d, %d]".formatted(min, max));
  }

  /** Reads a text by its own parser, which throws IllegalArgumentException. */
  public static <T> T parse(String name, String text, Function<String, T> parser) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw Problem.of(Problem.Kind.MALFORMED, "%s: %s".formatted(name, e.getMessage()))
          .exception();
    }
  }

  private static ProblemException malformed(String detail, String mend) {
    return new Problem(Problem.Kind.MALFORMED, detail, mend).exception();
  }
}
