package dev.octune.tuner.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page's files and the headers they come with; no browser. */
final class DashboardTest {
  private static final Pattern IMPORT = Pattern.compile("from \"\\./([^\"]+)\"");
  private static final Pattern LINK = Pattern.compile("(?:src|href)=\"([^\"#][^\"]*)\"");

  @Test
  void files_packed_areTheListedOnes() throws IOException, URISyntaxException {
    Path page = Path.of(Objects.requireNonNull(Dashboard.class.getResource("index.html")).toURI());
    Path folder = Objects.requireNonNull(page.getParent());
    try (Stream<Path> files = Files.walk(folder)) {
      assertEquals(
          Dashboard.FILES,
          files
              .filter(Files::isRegularFile)
              .map(file -> folder.relativize(file).toString())
              .filter(name -> !name.endsWith(".class"))
              .sorted()
              .toList());
    }
  }

  @Test
  void files_thatFilesName_areServed() {
    for (String file : Dashboard.FILES) {
      if (file.startsWith("vendor/") || !file.endsWith(".js")) {
        continue;
      }
      names(file, IMPORT)
          .forEach(name -> assertTrue(Dashboard.FILES.contains(name), file + " imports " + name));
    }
    List<String> linked = names("index.html", LINK).toList();
    assertFalse(linked.isEmpty());
    linked.forEach(
        name ->
            assertTrue(
                Dashboard.FILES.contains(name.replaceFirst("^dashboard/", "")),
                "index.html names " + name));
  }

  @Test
  void get_page_comesWithHeadersThatForbidTheRest() throws Exception {
    try (RecordedService service = RecordedService.start();
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      HttpResponse<String> page = get(client, service.url(), "");
      assertEquals(200, page.statusCode());
      assertEquals("text/html; charset=utf-8", header(page, "Content-Type"));
      String policy = header(page, "Content-Security-Policy");
      assertTrue(policy.startsWith("default-src 'none'"), policy);
      assertFalse(policy.contains("unsafe"), policy);
      assertTrue(policy.contains("require-trusted-types-for 'script'"), policy);
      assertEquals("nosniff", header(page, "X-Content-Type-Options"));
      assertEquals("no-referrer", header(page, "Referrer-Policy"));
      // Nothing in it that the policy would have to allow.
      assertFalse(page.body().contains("<style"), page.body());
      assertFalse(page.body().contains("style="), page.body());
      assertFalse(page.body().contains("<script>"), page.body());
    }
  }

  @Test
  void get_sameFileAgain_isNotSentAgain() throws Exception {
    try (RecordedService service = RecordedService.start();
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      String url = service.url() + "dashboard/vendor/uPlot.esm.js";
      HttpResponse<String> first = get(client, url, "");
      assertEquals("text/javascript; charset=utf-8", header(first, "Content-Type"));
      HttpResponse<String> second = get(client, url, header(first, "ETag"));
      assertEquals(304, second.statusCode());
      assertEquals("", second.body());
      assertEquals(200, get(client, url, "\"another\"").statusCode());
    }
  }

  private static Stream<String> names(String file, Pattern pattern) {
    return pattern
        .matcher(Asset.load(file).bytes().toString())
        .results()
        .map(found -> found.group(1));
  }

  private static HttpResponse<String> get(HttpClient client, String url, String etag)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    if (!etag.isEmpty()) {
      request.header("If-None-Match", etag);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElseThrow();
  }
}
