package dev.octune.tuner.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.kernels.text.TextException;
import dev.octune.tuner.access.AccessControl;
import dev.octune.tuner.access.Principal;
import dev.octune.tuner.access.Role;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The paths of tokens. Thread-safe. */
final class TokenRoutes implements RouteSource {
  private static final String TOKENS = "/api/v1/tokens";

  private static final int MAX_BODY_BYTES = 4 << 10;

  private final AccessControl access;
  private final Deeds deeds;

  TokenRoutes(AccessControl access, Deeds deeds) {
    this.access = access;
    this.deeds = deeds;
  }

  @Override
  public void addTo(Routes routes) {
    routes.add(HttpMethod.GET, TOKENS, Role.ADMIN, this::list);
    routes.addWithBody(HttpMethod.POST, TOKENS, Role.ADMIN, MAX_BODY_BYTES, this::create);
    routes.add(HttpMethod.DELETE, TOKENS + "/{token}", Role.ADMIN, this::revoke);
  }

  private void list(RoutingContext context) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ArrayNode tokens = node.putArray("tokens");
    access.list().forEach(principal -> tokens.add(json(principal)));
    Replies.json(context, 200, node);
  }

  private void create(RoutingContext context) {
    Wanted wanted = wanted(Bodies.json(context));
    context
        .vertx()
        .executeBlocking(
            () -> access.create(wanted.principal(), wanted.roles(), wanted.weight()), false)
        .compose(
            made ->
                deeds
                    .done(
                        context,
                        "token.create",
                        made.principal().tokenId(),
                        "%s may %s"
                            .formatted(made.principal().name(), made.principal().rolesText()))
                    .map(
                        _ -> {
                          Replies.json(
                              context, 201, json(made.principal()).put("token", made.secret()));
                          return null;
                        }))
        .onFailure(context::fail);
  }

  private void revoke(RoutingContext context) {
    @Nullable String id = context.pathParam("token");
    String tokenId = id == null ? "" : id;
    context
        .vertx()
        .executeBlocking(() -> access.revoke(tokenId), false)
        .compose(
            was -> {
              if (!was) {
                throw new Problem(
                        Problem.Kind.NOT_FOUND,
                        "There is no token '%s'.".formatted(tokenId),
                        "GET /api/v1/tokens lists them")
                    .exception();
              }
              return deeds
                  .done(context, "token.revoke", tokenId, "revoked")
                  .compose(_ -> context.response().setStatusCode(204).end());
            })
        .onFailure(context::fail);
  }

  private record Wanted(String principal, Set<Role> roles, double weight) {}

  private static Wanted wanted(JsonNode body) {
    for (Map.Entry<String, JsonNode> field : body.properties()) {
      boolean fits =
          switch (field.getKey()) {
            case "principal" -> field.getValue().isTextual();
            case "roles" -> field.getValue().isArray();
            case "weight" -> field.getValue().isNumber();
            default -> false;
          };
      if (!fits) {
        throw new Problem(
                Problem.Kind.MALFORMED,
                "Field '%s' is not known, or of another type.".formatted(field.getKey()),
                "give principal, roles and, if wanted, weight")
            .exception();
      }
    }
    Set<Role> roles = EnumSet.noneOf(Role.class);
    body.path("roles").forEach(role -> roles.add(Role.parse(role.asText())));
    try {
      Wanted wanted =
          new Wanted(body.path("principal").asText(), roles, body.path("weight").asDouble(1));
      // Refuses what can't be a principal before anything is made.
      new Principal("check", wanted.principal(), roles, wanted.weight(), java.time.Instant.EPOCH);
      return wanted;
    } catch (TextException e) {
      throw Problem.of(Problem.Kind.MALFORMED, String.valueOf(e.getMessage())).exception();
    }
  }

  private static ObjectNode json(Principal principal) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("id", principal.tokenId());
    node.put("principal", principal.name());
    ArrayNode roles = node.putArray("roles");
    principal.roles().forEach(role -> roles.add(role.text()));
    node.put("weight", principal.weight());
    node.put("created_at", principal.createdAt().toString());
    return node;
  }
}
