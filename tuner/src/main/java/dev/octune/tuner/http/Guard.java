package dev.octune.tuner.http;

import dev.octune.tuner.access.AccessControl;
import dev.octune.tuner.access.DoorLog;
import dev.octune.tuner.access.Principal;
import dev.octune.tuner.access.RateLimit;
import dev.octune.tuner.access.Role;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** Looks at every request's token, once. Thread-safe. */
final class Guard {
  private static final String SCHEME = "Bearer ";
  private static final String REFUSED = "login.refused";

  /** Where a request's context keeps who asks. */
  private static final String PRINCIPAL = "octune.principal";

  /** And who has let it in. */
  private static final String GUARD = "octune.guard";

  private final AccessControl access;
  private final DoorLog door;
  private final RateLimit strangers;

  /**
   * @param strangers failures of one address
   */
  Guard(AccessControl access, DoorLog door, RateLimit strangers) {
    this.access = access;
    this.door = door;
    this.strangers = strangers;
  }

  /**
   * Who asks, if the token opens it.
   *
   * @throws ProblemException where it does not
   */
  Principal require(RoutingContext context, Role role) {
    Principal principal = anybody(context);
    if (!principal.may(role)) {
      door.knocked(
          principal.tokenId(),
          principal.name(),
          principal.tokenId(),
          REFUSED,
          what(context),
          "the role %s is wanted, it has %s".formatted(role.text(), principal.rolesText()));
      throw new Problem(
              Problem.Kind.NOT_ALLOWED,
              "Token %s of '%s' has the roles: %s. %s %s wants: %s."
                  .formatted(
                      principal.tokenId(),
                      principal.name(),
                      principal.rolesText(),
                      context.request().method(),
                      context.normalizedPath(),
                      role.text()),
              "use a token with that role; an admin makes it with octune token create")
          .exception();
    }
    return principal;
  }

  /** Who asks, whatever the roles. */
  Principal anybody(RoutingContext context) {
    Principal known = context.get(PRINCIPAL);
    if (known != null) {
      return known;
    }
    Principal asking = holder(context);
    context.put(PRINCIPAL, asking);
    context.put(GUARD, this);
    return asking;
  }

  /**
   * Looks once more at a request that was let in and has waited since.
   *
   * @throws ProblemException where its token was revoked meanwhile
   */
  static void requireStill(RoutingContext context) {
    Guard guard = context.get(GUARD);
    if (!guard.access.holds(context.get(PRINCIPAL))) {
      throw guard.unknown(context);
    }
  }

  /** Whom {@link #require} or {@link #anybody} found asking; null before. */
  static @Nullable Principal found(RoutingContext context) {
    return context.get(PRINCIPAL);
  }

  private Principal holder(RoutingContext context) {
    @Nullable String header = context.request().getHeader(HttpHeaders.AUTHORIZATION);
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw new Problem(
              Problem.Kind.NO_TOKEN,
              "The header Authorization: Bearer TOKEN is missing.",
              "send a token; the first one stands in the service's data folder in admin.token")
          .exception();
    }
    return access
        .principal(header.substring(SCHEME.length()).strip())
        .orElseThrow(() -> unknown(context));
  }

  /** Guesses are hopeless at 256 bits; the limit keeps them from filling the log and the CPUs. */
  private ProblemException unknown(RoutingContext context) {
    String host = context.request().remoteAddress().hostAddress();
    door.knocked(host, host, "", REFUSED, what(context), "the token is not known");
    if (!strangers.take(host)) {
      return new Problem(
              Problem.Kind.TOO_MANY,
              "Too many requests from here had no valid token.",
              "wait a minute, then use a valid token")
          .exception();
    }
    return new Problem(
            Problem.Kind.NO_TOKEN,
            "The token is not known: it was revoked, is another service's, or was cut when copied.",
            "use a valid token; an admin makes one with octune token create")
        .exception();
  }

  private static String what(RoutingContext context) {
    return context.request().method() + " " + context.normalizedPath();
  }
}
