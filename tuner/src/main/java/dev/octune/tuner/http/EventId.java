package dev.octune.tuner.http;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much of a job a reader has seen. It counts what is durable, so it holds over restarts of the
 * service. Text: {@code 2.154}.
 */
record EventId(int moves, int trials) {
  static final EventId NOTHING = new EventId(0, 0);

  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})\\.([0-9]{1,9})");

  String text() {
    return moves + "." + trials;
  }

  static EventId parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new Problem(
              Problem.Kind.MALFORMED,
              "Last-Event-ID is no id of an event of this service.",
              "leave it out to see all events from the first")
          .exception();
    }
    return new EventId(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
  }
}
