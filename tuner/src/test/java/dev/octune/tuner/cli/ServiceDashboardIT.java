package dev.octune.tuner.cli;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.octune.tuner.dashboard.Browser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The dashboard on the real service: processes of service and worker, a database, this machine as
 * the device, a browser. With {@code -Doctune.screenshots=DIR} it leaves the README's pictures
 * there.
 */
final class ServiceDashboardIT {
  private static final String CONV =
      "conv2d_NCHWc_int8 n=1 ic=16 ih=32 iw=32 oc=16 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
          + " dilation=1,1 act=u8 wgt=s8[-127,127] out=s32";
  private static final String STRIDED =
      "conv2d_NCHWc_int8 n=1 ic=16 ih=32 iw=32 oc=32 kh=1 kw=1 stride=2,2 pad=0,0,0,0"
          + " dilation=1,1 act=u8 wgt=s8[-127,127] out=s32";
  private static final String NAME = "two layers of ResNet-8";
  private static final String HOSTILE = "<img src=x onerror=alert(1)>";
  private static final int TRIALS = 48;

  /** What a busy machine needs for a start. */
  private static final long PATIENCE_MILLIS = 120_000;

  private static final Pattern READ_ALOUD =
      Pattern.compile("best so far .* after (\\d+)\u00a0trials?, .*; roof ");

  @TempDir private Path folder;
  private Program program = new Program(Path.of("."));
  private Path data = Path.of(".");
  private Browser browser;
  private String url = "";

  @BeforeEach
  void start() throws Exception {
    browser = Browser.start();
    program = new Program(folder);
    data = folder.resolve("service");
    Program.Running serve =
        program.start("serve", "--listen", "127.0.0.1:0", "--data", data.toString(), "--json");
    url = urlOf(serve);
    program.start(
        "worker",
        "--server",
        url,
        "--token-file",
        adminToken(),
        "--device-key",
        "here",
        "--name",
        "bench");
  }

  @AfterEach
  void end() {
    program.endAll();
    if (browser != null) {
      browser.close();
    }
  }

  @Test
  void jobOfARealService_isWatchedReadAndCancelled() throws Exception {
    Page page = browser.page(1280, 1040, ColorScheme.LIGHT);
    page.setDefaultTimeout(PATIENCE_MILLIS);
    page.navigate(url);
    page.getByLabel("Token").fill(Files.readString(Path.of(adminToken())).strip());
    page.keyboard().press("Enter");
    page.getByRole(AriaRole.LINK, named("Devices")).click();
    Locator device = page.locator(".devices > li");
    device.locator(".badge[data-state=ready]").waitFor();
    assertThat(device).containsText("bench");
    assertThat(device).containsText("GOPS");

    submit("--name", NAME, "--trials", String.valueOf(TRIALS), CONV, STRIDED);
    page.getByRole(AriaRole.LINK, named("Jobs")).click();
    page.getByText(NAME).click();
    Locator plot = page.locator(".plot");
    page.waitForCondition(() -> trialsSeen(plot) > 0);
    int before = trialsSeen(plot);
    // A trial a person did not reload for.
    page.waitForCondition(() -> trialsSeen(plot) > before);
    Locator state = page.locator(".heading .badge");
    page.locator(".heading .badge[data-state=done]").waitFor();
    Locator tasks = page.getByRole(AriaRole.REGION, named("Tasks"));
    assertThat(tasks).containsText("All tasks together");
    assertThat(tasks.locator("tbody tr")).hasCount(2);
    assertThat(page.locator(".legend")).containsText("roof: ");
    assertThat(page.locator(".legend")).containsText("default schedule, confirmed: ");
    picture(page, "dashboard-job");

    page.getByText("Records and knobs of this task").click();
    assertThat(page.locator(".knobs > li").first()).isVisible();
    assertThat(page.locator("[aria-labelledby=list] tbody tr").first()).containsText("timed");
    page.locator(".knobs summary").first().click();
    picture(page, "dashboard-records");

    submit("--name", HOSTILE, "--trials", "100000", CONV.replace("oc=16", "oc=24"));
    page.getByRole(AriaRole.LINK, named("Jobs")).click();
    page.getByText(HOSTILE).click();
    page.locator(".heading .badge[data-state=running]").waitFor();
    tabTo(page, "Cancel job…");
    page.keyboard().press("Enter");
    tabTo(page, "why");
    page.keyboard().type("seen enough");
    tabTo(page, "Cancel job");
    page.keyboard().press("Enter");
    assertThat(state).hasText("cancelled");
    assertThat(page.getByText("seen enough")).isVisible();
    assertThat(page.locator("main img")).hasCount(0);

    Page phone = browser.page(390, 844, ColorScheme.DARK);
    phone.navigate(url + "/#/jobs/job-1");
    phone.getByLabel("Token").fill(Files.readString(Path.of(adminToken())).strip());
    phone.keyboard().press("Enter");
    phone.waitForCondition(() -> trialsSeen(phone.locator(".plot")) > 0);
    assertEquals(390, phone.evaluate("document.documentElement.scrollWidth"));
    phone.locator(".plot").scrollIntoViewIfNeeded();
    picture(phone, "dashboard-phone");
    browser.expectQuiet();
  }

  private void submit(String... arguments) throws IOException, InterruptedException {
    List<String> all =
        new ArrayList<>(
            List.of(
                "submit", "--device-key", "here", "--server", url, "--token-file", adminToken()));
    all.addAll(List.of(arguments));
    program.run(all.toArray(String[]::new)).expectExit(0);
  }

  private String adminToken() {
    return data.resolve("admin.token").toString();
  }

  /** Trials that the chart says it shows, 0 before it says so. */
  private static int trialsSeen(Locator plot) {
    String label = plot.count() == 0 ? null : plot.getAttribute("aria-label");
    Matcher told = READ_ALOUD.matcher(label == null ? "" : label);
    return told.find() ? Integer.parseInt(told.group(1)) : 0;
  }

  private static void tabTo(Page page, String name) {
    String focused =
        "[document.activeElement.id, document.activeElement.textContent.trim()].includes('%s')"
            .formatted(name);
    for (int i = 0; i < 60; i++) {
      if (Boolean.TRUE.equals(page.evaluate(focused))) {
        return;
      }
      page.keyboard().press("Tab");
    }
    throw new AssertionError("Tab never comes to " + name);
  }

  private static Page.GetByRoleOptions named(String name) {
    return new Page.GetByRoleOptions().setName(name).setExact(true);
  }

  private static void picture(Page page, String name) {
    String screenshots = System.getProperty("octune.screenshots", "");
    if (!screenshots.isEmpty()) {
      page.screenshot(new Page.ScreenshotOptions().setPath(Path.of(screenshots, name + ".png")));
    }
  }

  /** What the service prints once it is ready. */
  private static String urlOf(Program.Running serve) throws Exception {
    long deadline = System.currentTimeMillis() + PATIENCE_MILLIS;
    while (!Files.readString(serve.out()).endsWith("}\n")) {
      assertTrue(
          serve.process().isAlive() && System.currentTimeMillis() < deadline,
          () -> "no service: " + serve.err());
      Thread.sleep(20);
    }
    return new ObjectMapper().readTree(Files.readString(serve.out())).path("url").asText();
  }
}
