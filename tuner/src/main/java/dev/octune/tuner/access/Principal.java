package dev.octune.tuner.access;

import dev.octune.kernels.text.TextException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Whoever holds a token.
 *
 * @param tokenId names the token, not its secret
 * @param name owner of jobs, name in the audit log; several tokens may share it
 * @param weight share of its jobs against those of others
 * @param createdAt kept to the millisecond
 */
public record Principal(
    String tokenId, String name, Set<Role> roles, double weight, Instant createdAt) {
  public static final double MIN_WEIGHT = 0.001;
  public static final double MAX_WEIGHT = 1000;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,99}");

  public Principal {
    if (!NAME.matcher(name).matches()) {
      throw new TextException(
          "principal '%s' is not a name. Mend: 1 to 100 of A-Z a-z 0-9 . _ @ -, beginning with a letter or digit"
              .formatted(name));
    }
    if (roles.isEmpty()) {
      throw new TextException(
          "principal '%s' has no role. Mend: give at least one".formatted(name));
    }
    if (!(weight >= MIN_WEIGHT && weight <= MAX_WEIGHT)) {
      throw new TextException(
          "weight of '%s' is %s. Mend: give a number from 0.001 to 1000".formatted(name, weight));
    }
    roles = Collections.unmodifiableSet(EnumSet.copyOf(roles));
    createdAt = createdAt.truncatedTo(ChronoUnit.MILLIS);
  }

  /** True where one of the roles opens it. */
  public boolean may(Role wanted) {
    return roles.stream().anyMatch(role -> role.opens(wanted));
  }

  /** The roles' words, for messages. */
  public String rolesText() {
    return roles.stream().map(Role::text).collect(Collectors.joining(", "));
  }
}
