package dev.octune.rpc.tracker;

import dev.octune.rpc.call.Calls;
import io.vertx.core.Context;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who may call: client certificate and token. Nothing of a call is read before. Thread-safe. */
final class Admission {
  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

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
      Consumer<String> admitted,
      Consumer<Refusal> refused) {
    Consumer<Refusal> logged =
        refusal -> {
          LOG.atWarn()
              .addKeyValue("peer", call.connection().remoteAddress())
              .addKeyValue("status", refusal.status())
              .addKeyValue("reason", refusal.reason())
              .log("worker.refused");
          refused.accept(refusal);
        };
    if (clientCertificate && !showsCertificate(call.connection().sslSession())) {
      logged.accept(
          new Refusal(
              GrpcStatus.PERMISSION_DENIED,
              "a client certificate is wanted. Mend: octune worker --cert FILE --key FILE"));
      return;
    }
    String header = call.headers().get(Calls.TOKEN_KEY);
    if (header == null || !header.startsWith(Calls.TOKEN_SCHEME)) {
      logged.accept(
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
                            logged.accept(
                                new Refusal(
                                    GrpcStatus.UNAVAILABLE,
                                    "the token can't be looked at now: " + failure.getMessage()));
                            return;
                          }
                          switch (answer) {
                            case TokenCheck.Answer.Granted(String principal) ->
                                admitted.accept(principal);
                            case TokenCheck.Answer.Unknown() ->
                                logged.accept(
                                    new Refusal(
                                        GrpcStatus.UNAUTHENTICATED,
                                        "the token is not known. Mend: ask for one with the role"
                                            + " measure"));
                            case TokenCheck.Answer.Denied(String reason) ->
                                logged.accept(new Refusal(GrpcStatus.PERMISSION_DENIED, reason));
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
