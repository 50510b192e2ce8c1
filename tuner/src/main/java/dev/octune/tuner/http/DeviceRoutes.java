package dev.octune.tuner.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.kernels.target.DeviceId;
import dev.octune.tuner.access.Role;
import dev.octune.tuner.coordinator.Coordinator;
import dev.octune.tuner.coordinator.DeviceView;
import dev.octune.tuner.coordinator.Outcome;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** The paths of devices. Thread-safe. */
final class DeviceRoutes implements RouteSource {
  private static final String DEVICES = "/api/v1/devices";

  private final Coordinator coordinator;
  private final Deeds deeds;
  private final Roofs roofs;

  DeviceRoutes(Coordinator coordinator, Deeds deeds, Roofs roofs) {
    this.coordinator = coordinator;
    this.deeds = deeds;
    this.roofs = roofs;
  }

  @Override
  public void addTo(Routes routes) {
    routes.add(HttpMethod.GET, DEVICES, Role.READ, this::list);
    routes.add(
        HttpMethod.GET, DEVICES + "/{device}", Role.READ, context -> reply(context, find(context)));
    routes.add(HttpMethod.POST, DEVICES + "/{device}/release", Role.ADMIN, this::release);
  }

  private void list(RoutingContext context) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ArrayNode devices = node.putArray("devices");
    coordinator.devices().stream()
        .sorted(Comparator.comparing(device -> device.id().text()))
        .forEach(device -> devices.add(JobJson.device(device, roofs.of(device.id()))));
    Replies.json(context, 200, node);
  }

  private void release(RoutingContext context) {
    DeviceId id = find(context).id();
    Future.fromCompletionStage(
            coordinator.release(id, Routes.principal(context).name()),
            context.vertx().getOrCreateContext())
        .compose(
            outcome ->
                switch (outcome) {
                  case Outcome.DeviceChanged(DeviceView device) ->
                      deeds
                          .done(context, "device.release", id.text(), device.status().text())
                          .<Void>map(
                              _ -> {
                                reply(context, device);
                                return null;
                              });
                  case Outcome.Accepted(var job) ->
                      throw new IllegalStateException("a device's answer is of " + job.id());
                  case Outcome.Refused refused ->
                      deeds
                          .done(
                              context, "device.release", id.text(), "refused: " + refused.reason())
                          .<Void>compose(_ -> Future.failedFuture(Refusals.of(refused)));
                })
        .onFailure(context::fail);
  }

  private void reply(RoutingContext context, DeviceView device) {
    Replies.json(context, 200, JobJson.device(device, roofs.of(device.id())));
  }

  private DeviceView find(RoutingContext context) {
    @Nullable String text = context.pathParam("device");
    DeviceId id = Parameters.parse("device", text == null ? "" : text, DeviceId::new);
    return coordinator.devices().stream()
        .filter(device -> device.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new Problem(
                        Problem.Kind.NOT_FOUND,
                        "There is no device '%s'.".formatted(id),
                        "GET /api/v1/devices lists them")
                    .exception());
  }
}
