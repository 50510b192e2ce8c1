package dev.octune.rpc.tracker;

import dev.octune.rpc.call.Calls;
import io.vertx.core.Context;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Who may call: client certificate and token. Nothing of a call is read before. Thread-safe. */
final class Admission {
  private final TokenCheck tokens;
  private final boolean clientCertificate;

  Admission(TokenCheck tokens, boolean clientCertificate) {
    this.tokens = tokens;
    this.clientCertificate = clientCertificate;
  }

  /** Why a call is not admitted. */
  record Refusal(GrpcStatus status, String reason) {}

  /** Answers on the call's context, once, unless the token check never does. */
  void check(
      Context context,
      GrpcServerRequest<?, ?> call,
      Consumer<Caller> admitted,
      BiConsumer<Caller, Refusal> refused) {
    Caller stranger = Caller.stranger(String.valueOf(call.connection().remoteAddress()));
    if (clientCertificate && !showsCertificate(call.connection().sslSession())) {
      refused.accept(
          stranger,
          new Refusal(
              GrpcStatus.PERMISSION_DENIED,
              "a client certificate is wanted. Mend: octune worker --cert FILE --key FILE"));
      return;
    }
    String header = call.headers().get(Calls.TOKEN_KEY);
    if (header == null || !header.startsWith(Calls.TOKEN_SCHEME)) {
      refused.accept(
          stranger,
          new Refusal(
              GrpcStatus.UNAUTHENTICATED, "there is no token. Mend: octune worker --token-file F"));
      return;
    }
    var _ =
        tokens
            .check(header.substring(Calls.TOKEN_SCHEME.length()).strip())
            .whenComplete(
                (answer, failure) ->
                    context.runOnContext(
                        _ -> {
                          if (failure != null) {
                            refused.accept(
                                stranger,
                                new Refusal(
                                    GrpcStatus.UNAVAILABLE,
                                    "the token can't be looked at now: " + failure.getMessage()));
                            return;
                          }
                          switch (answer) {
                            case TokenCheck.Answer.Granted(String principal, String tokenId) ->
                                admitted.accept(new Caller(principal, tokenId, stranger.peer()));
                            case TokenCheck.Answer.Unknown() ->
                                refused.accept(
                                    stranger,
                                    new Refusal(
                                        GrpcStatus.UNAUTHENTICATED,
                                        "the token is not known. Mend: ask for one with the role"
                                            + " measure"));
                            case TokenCheck.Answer.Denied(
                                    String principal,
                                    String tokenId,
                                    String reason) ->
                                refused.accept(
                                    new Caller(principal, tokenId, stranger.peer()),
                                    new Refusal(GrpcStatus.PERMISSION_DENIED, reason));
                          }
                        }));
  }

  private static boolean showsCertificate(@Nullable SSLSession session) {
    if (session == null) {
      return false;
    }
    try {
      // The server's TLS has verified it; a session without one has no peer.
      return session.getPeerCertificates().length > 0;
    } catch (SSLPeerUnverifiedException _) {
      return false;
    }
  }
}
