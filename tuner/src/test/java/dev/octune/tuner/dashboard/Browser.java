package dev.octune.tuner.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A real Chromium. What its pages log as errors and every request that leaves this machine are
 * kept, and {@link #expectQuiet} is where a test fails for them. Confined to the test's thread.
 */
public final class Browser implements AutoCloseable {
  /** Generous: the machine may be busy with other builds. */
  private static final double LIMIT_MILLIS = 30_000;

  /** Without these Chromium asks its makers' hosts all sorts of things at every start. */
  private static final List<String> FLAGS =
      List.of(
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");

  private final Playwright playwright;
  private final com.microsoft.playwright.Browser chromium;
  private final List<String> errors = new ArrayList<>();
  private final List<String> foreign = new ArrayList<>();

  private Browser(Playwright playwright, com.microsoft.playwright.Browser chromium) {
    this.playwright = playwright;
    this.chromium = chromium;
  }

  /** Starts it; the test is skipped where there is none. */
  public static Browser start() {
    Optional<Path> program =
        Stream.of(System.getenv("PATH").split(":"))
            .map(folder -> Path.of(folder, "chromium"))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(program.isPresent(), "no browser 'chromium' on PATH (Debian: chromium)");
    PlaywrightAssertions.setDefaultAssertionTimeout(LIMIT_MILLIS);
    Playwright playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    return new Browser(
        playwright,
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(program.get())
                    .setChromiumSandbox(false)
                    .setArgs(FLAGS)));
  }

  /** A page of a person with nothing kept from before. */
  public Page page(int width, int height, ColorScheme colours) {
    BrowserContext context =
        chromium.newContext(
            new com.microsoft.playwright.Browser.NewContextOptions()
                .setViewportSize(width, height)
                .setColorScheme(colours)
                .setReducedMotion(ReducedMotion.REDUCE));
    context.setDefaultTimeout(LIMIT_MILLIS);
    context.onRequest(
        request -> {
          if (!URI.create(request.url()).getHost().equals("127.0.0.1")) {
            foreign.add(request.url());
          }
        });
    context.onConsoleMessage(
        message -> {
          if (message.type().equals("error") || message.type().equals("warning")) {
            errors.add(describe(message));
          }
        });
    context.onWebError(error -> errors.add(error.error()));
    return context.newPage();
  }

  private static String describe(ConsoleMessage message) {
    return "%s (%s)".formatted(message.text(), message.location());
  }

  /**
   * Fails where a page logged an error or asked another machine.
   *
   * @param expected parts of errors that the test provoked
   */
  public void expectQuiet(String... expected) {
    assertEquals(List.of(), foreign);
    assertEquals(
        List.of(),
        errors.stream().filter(e -> Stream.of(expected).noneMatch(e::contains)).toList());
    errors.clear();
  }

  /** What was logged until now was the test's own doing. */
  public void forget() {
    errors.clear();
  }

  @Override
  public void close() {
    chromium.close();
    playwright.close();
  }
}
