package dev.octune.tuner.access;

import dev.octune.kernels.text.TextException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** What a token opens. */
public enum Role {
  /** Jobs of one's own, and all that READ opens. */
  SUBMIT("submit"),
  /** Lending devices. */
  MEASURE("measure"),
  /** Seeing everything but tokens. */
  READ("read"),
  /** Everything. */
  ADMIN("admin");

  private final String text;

  Role(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }

  /** True where this role opens what the other one does. */
  public boolean opens(Role wanted) {
    return this == wanted || this == ADMIN || (this == SUBMIT && wanted == READ);
  }

  /** The role of a text that {@link #text} wrote. */
  public static Role parse(String text) {
    return Arrays.stream(values())
        .filter(role -> role.text.equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new TextException(
                    "role '%s' is not known. Mend: use one of %s"
                        .formatted(
                            text,
                            Arrays.stream(values())
                                .map(Role::text)
                                .collect(Collectors.joining(", ")))));
  }
}
