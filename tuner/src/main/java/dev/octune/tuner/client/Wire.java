package dev.octune.tuner.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** Requests and answers of one service. Thread-safe. */
final class Wire implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();

  static final int OK = 200;
  static final int CREATED = 201;
  static final int ACCEPTED = 202;
  static final int NO_CONTENT = 204;
  static final int NOT_MODIFIED = 304;

  private final ClientSettings settings;
  private final HttpClient http;

  Wire(ClientSettings settings) {
    this.settings = settings;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(settings.patience())
            .followRedirects(HttpClient.Redirect.NEVER);
    settings.tls().ifPresent(builder::sslContext);
    this.http = builder.build();
  }

  /** A request with the token; the path is of the API, already encoded. */
  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(settings.server().resolve("/api/v1" + path))
        .header("Authorization", "Bearer " + settings.token())
        .timeout(settings.patience());
  }

  /** As {@link #request(String)}, for an answer that may take longer by so much. */
  HttpRequest.Builder request(String path, Duration longer) {
    return request(path).timeout(settings.patience().plus(longer));
  }

  /** Sends it and reads a JSON body, whatever the status below 400. */
  HttpResponse<byte[]> send(HttpRequest request) throws InterruptedException {
    return checked(send(request, BodyHandlers.ofByteArray()));
  }

  /** Sends it and reads JSON. */
  JsonNode json(HttpRequest request) throws InterruptedException {
    return json(request.uri(), send(request).body());
  }

  /** Sends it; the body comes as it comes. */
  HttpResponse<InputStream> stream(HttpRequest request) throws InterruptedException {
    HttpResponse<InputStream> response = send(request, BodyHandlers.ofInputStream());
    if (response.statusCode() >= 400) {
      try (InputStream body = response.body()) {
        throw refusal(request.uri(), response.statusCode(), body.readNBytes(1 << 16));
      } catch (IOException e) {
        throw unreachable(request.uri(), e);
      }
    }
    return response;
  }

  static JsonNode json(URI where, byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw new ServiceException.Unreachable(where, "the answer is no JSON");
    }
  }

  static byte[] bytes(JsonNode json) {
    try {
      return JSON.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree can always be written", e);
    }
  }

  static String query(Map<String, ?> parameters) {
    return parameters.entrySet().stream()
        .map(each -> each.getKey() + "=" + encoded(String.valueOf(each.getValue())))
        .collect(Collectors.joining("&", "?", ""));
  }

  /** Percent-encoded, fit for a path segment too. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  static ServiceException.Unreachable unreachable(URI where, IOException e) {
    String what = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new ServiceException.Unreachable(where, what, e);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  private <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> body)
      throws InterruptedException {
    try {
      return http.send(request, body);
    } catch (IOException e) {
      throw unreachable(request.uri(), e);
    }
  }

  private static HttpResponse<byte[]> checked(HttpResponse<byte[]> response) {
    if (response.statusCode() >= 400) {
      throw refusal(response.uri(), response.statusCode(), response.body());
    }
    return response;
  }

  private static ServiceException.Refused refusal(URI where, int status, byte[] body) {
    JsonNode problem;
    try {
      problem = JSON.readTree(body);
    } catch (IOException e) {
      // Something before the service answered: the status is all there is.
      problem = JSON.nullNode();
    }
    return new ServiceException.Refused(
        status,
        problem.path("type").asText(),
        problem.path("detail").asText("no reason was given."),
        problem.path("mend").asText("see the service's log"),
        where);
  }
}
