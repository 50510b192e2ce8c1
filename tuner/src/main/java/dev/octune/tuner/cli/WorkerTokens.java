package dev.octune.tuner.cli;

import dev.octune.rpc.tracker.TokenCheck;
import dev.octune.tuner.access.AccessControl;
import dev.octune.tuner.access.Principal;
import dev.octune.tuner.access.Role;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Lets workers in whose token may measure. Thread-safe. */
final class WorkerTokens implements TokenCheck {
  private final AccessControl access;

  WorkerTokens(AccessControl access) {
    this.access = access;
  }

  @Override
  public CompletionStage<Answer> check(String token) {
    return CompletableFuture.completedFuture(
        access.principal(token).map(WorkerTokens::answer).orElseGet(Answer.Unknown::new));
  }

  private static Answer answer(Principal principal) {
    return principal.may(Role.MEASURE)
        ? new Answer.Granted(principal.name(), principal.tokenId())
        : new Answer.Denied(
            principal.name(),
            principal.tokenId(),
            "token %s of '%s' has the roles: %s. Mend: use one with the role measure"
                .formatted(principal.tokenId(), principal.name(), principal.rolesText()));
  }
}
