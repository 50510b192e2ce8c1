package dev.octune.tuner.http;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.octune.tuner.access.Role;
import dev.octune.tuner.coordinator.JobId;
import dev.octune.tuner.coordinator.JobState;
import dev.octune.tuner.dashboard.Browser;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard on the real server: its tokens, roles, streams, JSON and headers. */
final class ServedDashboardIT {
  private static final String HOSTILE = "<img src=x onerror=alert(1)>";

  private static Browser browser;

  @TempDir private Path folder;
  private ServerFixture server;
  private Page page;

  @BeforeAll
  static void start() {
    browser = Browser.start();
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void open() throws Exception {
    server = new ServerFixture(folder);
    page = browser.page(1280, 800, ColorScheme.DARK);
  }

  @AfterEach
  void close() {
    page.context().close();
    server.close();
    browser.expectQuiet("401 (Unauthorized)", "403 (Forbidden)");
  }

  @Test
  void signIn_unknownThenRealToken_opensTheJobs() {
    page.navigate(server.uri("/").toString());
    page.getByLabel("Token").fill("unknown");
    page.keyboard().press("Enter");
    assertThat(page.getByText("A valid token is missing")).isVisible();
    page.getByLabel("Token").fill(server.admin);
    page.keyboard().press("Enter");
    assertThat(page.getByText("No job yet.")).isVisible();
  }

  @Test
  void job_livesOn_pageFollows() throws Exception {
    String submitted = server.submit(server.admin, ServerFixture.CONV, ServerFixture.DENSE);
    JobId job = JobId.parse(submitted);
    signIn(server.admin, "/#/jobs/" + submitted);
    Locator state = page.locator(".heading .badge");
    assertThat(state).hasText("queued");
    server.coordinator.moved(job, JobState.RUNNING, "service", "a device is free");
    assertThat(state).hasText("running");
    server.coordinator.trial(job, 0, 2000);
    server.coordinator.trial(job, 0, -1);
    server.coordinator.trial(job, 0, 1500);
    server.coordinator.trial(job, 1, 300);
    assertThat(page.locator(".plot"))
        .hasAttribute(
            "aria-label", Pattern.compile("best so far 1.5\u00a0µs .*3\u00a0trials, 1 of"));
    assertThat(page.getByRole(AriaRole.REGION, named("Failures"))).containsText("signal 11");
    server.coordinator.confirm(job, 0);
    assertThat(page.getByRole(AriaRole.REGION, named("Tasks"))).containsText("2.00×");
    server.coordinator.moved(job, JobState.DONE, "service", "its budget is spent");
    assertThat(state).hasText("done");
    assertThat(page.getByText("ended", new Page.GetByTextOptions().setExact(true))).isVisible();

    // A page opened afterwards tells the same.
    page.reload();
    assertThat(page.locator(".plot"))
        .hasAttribute(
            "aria-label", Pattern.compile("best so far 1.5\u00a0µs .*3\u00a0trials, 1 of"));
  }

  @Test
  void cancel_byTheDashboard_isTheTokensOwnersDeed() throws Exception {
    String job = server.submit(server.admin, ServerFixture.DENSE);
    signIn(server.admin, "/#/jobs/" + job);
    button("Cancel job…").click();
    page.getByLabel("Why").fill(HOSTILE);
    button("Cancel job").click();
    assertThat(page.locator(".heading .badge")).hasText("cancelled");
    assertThat(page.getByRole(AriaRole.REGION, named("History"))).containsText(HOSTILE);
    assertTrue(
        server.auditLines().stream().anyMatch(line -> line.contains(job)), "the audit log tells");
  }

  @Test
  void deeds_withATokenThatOnlyReads_areRefusedInWords() throws Exception {
    String job = server.submit(server.admin, ServerFixture.DENSE);
    signIn(server.token("eve", Role.READ), "/#/jobs/" + job);
    button("Pause").click();
    assertThat(page.getByText("The token does not open this")).isVisible();
    assertThat(page.locator(".heading .badge")).hasText("queued");
    page.navigate(server.uri("/#/devices").toString());
    assertThat(page.getByText("out[3] is 7, not 9")).isVisible();
    button("Release from quarantine").click();
    assertThat(page.getByText("The token does not open this")).isVisible();
  }

  @Test
  void page_withoutAToken_comesWithItsPolicy() throws Exception {
    ServerFixture.Answer answer = server.get("", "/").expect(200);
    String policy = answer.response().headers().firstValue("Content-Security-Policy").orElseThrow();
    assertTrue(policy.startsWith("default-src 'none'") && !policy.contains("unsafe"), policy);
    assertEquals(404, server.get("", "/dashboard/../openapi.json").status());
  }

  private void signIn(String token, String path) {
    page.navigate(server.uri(path).toString());
    page.getByLabel("Token").fill(token);
    button("Sign in").click();
    assertThat(page.getByRole(AriaRole.NAVIGATION)).isVisible();
  }

  private Locator button(String name) {
    return page.getByRole(AriaRole.BUTTON, named(name));
  }

  private static Page.GetByRoleOptions named(String name) {
    return new Page.GetByRoleOptions().setName(name).setExact(true);
  }
}
