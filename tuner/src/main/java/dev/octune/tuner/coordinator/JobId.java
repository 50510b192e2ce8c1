package dev.octune.tuner.coordinator;

import dev.octune.kernels.text.TextException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a job for ever. Text: {@code job-17}.
 *
 * @param number at least 1, counted on by the service
 */
public record JobId(long number) implements Comparable<JobId> {
  /** At most 18 digits: every one of them fits a long. */
  private static final Pattern FORM = Pattern.compile("job-([1-9][0-9]{0,17})");

  public JobId {
    if (number < 1) {
      throw new IllegalArgumentException("job number is " + number + ", must be at least 1");
    }
  }

  public String text() {
    return "job-" + number;
  }

  @Override
  public String toString() {
    return text();
  }

  @Override
  public int compareTo(JobId other) {
    return Long.compare(number, other.number);
  }

  /** Reads a canonical text. */
  public static JobId parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TextException("job id '%s' is not one. Mend: write it as job-17".formatted(text));
    }
    return new JobId(Long.parseLong(form.group(1)));
  }
}
