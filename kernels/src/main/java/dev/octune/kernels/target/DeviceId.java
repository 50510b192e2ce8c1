package dev.octune.kernels.target;

import java.util.regex.Pattern;

/**
 * Names one device among all that a service knows, over restarts of either side.
 *
 * @param text such as {@code rack2-a76-3}; chosen by whoever runs the worker
 */
public record DeviceId(String text) {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,59}");

  public DeviceId {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "device id '%s' is not one. Mend: 1 to 60 of A-Z a-z 0-9 . _ -, beginning with a letter or digit"
              .formatted(text));
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
