package dev.octune.kernels.target;

import java.util.regex.Pattern;

/**
 * Names a class of equal devices: what a job asks for, and what each of its devices declares. All
 * devices of one key have the same {@link Target}.
 *
 * @param text such as {@code a76} or {@code epyc-7763.t2}
 */
public record DeviceKey(String text) {
  /** Stands in URLs, file names, metrics and SQL as it is. */
  private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9._-]{0,59}");

  public DeviceKey {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "device key '%s' is not one. Mend: 1 to 60 of a-z 0-9 . _ -, beginning with a letter or digit"
              .formatted(text));
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
