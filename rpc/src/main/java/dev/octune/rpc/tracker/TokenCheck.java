package dev.octune.rpc.tracker;

import java.util.concurrent.CompletionStage;

/** Whose token it is, and whether it may lend devices. Thread-safe; must not block. */
@FunctionalInterface
public interface TokenCheck {
  /**
   * Looks at a token.
   *
   * @param token as the worker sent it, not trusted in any way
   */
  CompletionStage<Answer> check(String token);

  /** What is known of a token. */
  sealed interface Answer {
    /**
     * It may measure.
     *
     * @param tokenId names the token, not its secret
     */
    record Granted(String principal, String tokenId) implements Answer {}

    /** No such token. */
    record Unknown() implements Answer {}

    /** Known, but without the role: the message says what it may do. */
    record Denied(String principal, String tokenId, String reason) implements Answer {}
  }
}
