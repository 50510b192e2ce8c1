package dev.octune.tuner.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What people do with the page, in a real Chromium, before a service that a test moves on by hand.
 */
final class DashboardIT {
  private static final String HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>";

  private static Browser browser;
  private static RecordedService service;
  private static Recorded conv;
  private static Recorded dense;

  private Page page;

  @BeforeAll
  static void start() throws Exception {
    browser = Browser.start();
    service = RecordedService.start();
    conv = Recorded.of("conv-64x56x56-64-3x3");
    dense = Recorded.of("dense-16x768x768");
  }

  @AfterAll
  static void stop() {
    if (service != null) {
      service.close();
    }
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void open() {
    service.clear();
    page = browser.page(1280, 800, ColorScheme.LIGHT);
  }

  @AfterEach
  void close() {
    page.context().close();
    browser.expectQuiet("401 (Unauthorized)", "ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED");
  }

  @Test
  void signIn_wrongThenRightToken_opensTheJobsForThisTab() {
    List<String> headers = new ArrayList<>();
    page.onRequest(
        request -> {
          if (request.url().contains("/api/")) {
            headers.add(request.headers().get("authorization"));
          }
        });
    page.navigate(service.url());
    page.getByLabel("Token").fill("another");
    page.keyboard().press("Enter");
    assertThat(page.getByRole(AriaRole.ALERT).getByText("A valid token is missing")).isVisible();
    page.getByLabel("Token").fill(RecordedService.TOKEN);
    page.keyboard().press("Enter");
    assertThat(page.getByText("No job yet.")).isVisible();
    assertEquals("Bearer another", headers.getFirst());
    assertEquals("Bearer " + RecordedService.TOKEN, headers.getLast());
    assertEquals(List.of(), page.context().cookies());
    assertEquals(0, page.evaluate("localStorage.length"));

    page.reload();
    assertThat(page.getByText("No job yet.")).isVisible();
    button("Sign out").click();
    assertThat(page.getByLabel("Token")).isFocused();
    assertNull(page.evaluate("sessionStorage.getItem('octune.token')"));
  }

  @Test
  void token_revokedMeanwhile_asksToSignInAgain() {
    signIn("#/devices");
    assertThat(page.getByText("No device is attached.")).isVisible();
    service.revoke();
    assertThat(page.getByText("You are signed out.")).isVisible();
    assertThat(page.getByLabel("Token")).isVisible();
  }

  @Test
  void job_trialsArrive_curveAndFiguresMove() {
    service.job(Recorded.job("job-7", "net.tflite", "running", 64, conv.task(0, 1, false)));
    service.event("job-7", "trial", conv.trial("job-7", 0, 1));
    signIn("#/jobs/job-7");
    Locator plot = page.locator(".plot");
    expectTrials(1);
    Object before = picture();
    for (int trial = 2; trial <= 40; trial++) {
      service.event("job-7", "trial", conv.trial("job-7", 0, trial));
    }
    expectTrials(40);
    String best = "%.1f GOPS".formatted(conv.gops(conv.bestNanos(40))).replace(' ', '\u00a0');
    assertThat(page.locator(".legend")).containsText(best);
    assertThat(page.locator(".legend")).containsText("roof: 168.0\u00a0GOPS");
    page.waitForTimeout(100); // A frame of the canvas.
    assertNotEquals(before, picture());

    Object inTime = picture();
    page.getByLabel("GOPS (higher is better)").check();
    assertNotEquals(inTime, picture());
    assertTrue(conv.nanos(2).isPresent());
    plot.focus();
    page.keyboard().press("Home");
    page.keyboard().press("ArrowRight");
    assertThat(page.locator(".reading")).containsText("Trial 2:");
  }

  @Test
  void job_eventsTwice_countOnce() {
    service.job(Recorded.job("job-7", "net.tflite", "running", 64, conv.task(0, 2, false)));
    for (int i = 0; i < 3; i++) {
      service.event("job-7", "trial", conv.trial("job-7", 0, 1));
      service.event("job-7", "trial", conv.trial("job-7", 0, 2));
    }
    signIn("#/jobs/job-7");
    expectTrials(2);
  }

  @Test
  void connection_cutAndRestored_isToldAndGoesOnWhereItStopped() {
    service.job(Recorded.job("job-7", "net.tflite", "running", 64, conv.task(0, 1, false)));
    service.event("job-7", "trial", conv.trial("job-7", 0, 1));
    signIn("#/jobs/job-7");
    expectTrials(1);
    service.cut();
    assertThat(page.getByText("No connection to the service")).isVisible();
    // What was there stays.
    assertThat(page.locator(".plot")).isVisible();
    service.event("job-7", "trial", conv.trial("job-7", 0, 2));
    service.restore();
    button("Try now").click();
    expectTrials(2);
    assertThat(page.getByText("No connection to the service")).isHidden();
    assertThat(page.getByText("live", new Page.GetByTextOptions().setExact(true))).isVisible();
  }

  @Test
  void cancel_withTheKeyboardAlone_endsTheJobWithItsReason() {
    service.job(Recorded.job("job-7", "net.tflite", "running", 64, conv.task(0, 1, false)));
    signIn("");
    tabTo("job-7");
    page.keyboard().press("Enter");
    assertThat(page.getByRole(AriaRole.HEADING, named("job-7 net.tflite"))).isFocused();
    tabTo("Cancel job…");
    page.keyboard().press("Enter");
    tabTo("why");
    page.keyboard().type("not needed");
    // Escape keeps the job; the button ends it.
    page.keyboard().press("Escape");
    assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
    assertEquals(List.of(), service.asked());
    tabTo("Cancel job…");
    page.keyboard().press("Enter");
    tabTo("why");
    page.keyboard().type("not needed");
    tabTo("Cancel job");
    page.keyboard().press("Enter");
    assertThat(page.locator(".heading .badge")).hasText("cancelled");
    assertThat(page.getByText("not needed")).isVisible();
    assertThat(button("Cancel job…")).isHidden();
    assertEquals(List.of("DELETE /api/v1/jobs/job-7?why=not+needed"), service.asked());
  }

  @Test
  void pauseAndResume_showTheButtonsThatFit() {
    service.job(Recorded.job("job-7", "net.tflite", "running", 64, conv.task(0, 1, false)));
    signIn("#/jobs/job-7");
    button("Pause").click();
    assertThat(page.locator(".heading .badge")).hasText("paused");
    assertThat(button("Pause")).isHidden();
    button("Resume").click();
    assertThat(page.locator(".heading .badge")).hasText("queued");
  }

  @Test
  void job_failuresAndUncoveredLayers_comeWithTheirReasons() {
    ObjectNode job =
        Recorded.job(
            "job-7",
            "net.tflite",
            "done",
            6,
            conv.task(0, 4, true, "conv_1", "conv_2"),
            dense.task(1, 2, true, "logits"));
    job.withArray("uncovered")
        .add(Recorded.uncovered("lstm", "UNIDIRECTIONAL_SEQUENCE_LSTM", "a recurrent layer"));
    job.withObject("totals").put("run_failures", 2).put("wrong_answers", 1);
    service.job(job);
    service.event("job-7", "trial", conv.trial("job-7", 0, 1));
    service.event("job-7", "trial", conv.failed("job-7", 0, 2, "run_failed", "signal 11"));
    service.event("job-7", "trial", conv.failed("job-7", 0, 3, "run_failed", "signal 11"));
    service.event("job-7", "trial", dense.failed("job-7", 1, 1, "wrong_answer", "out[3] is 7"));
    signIn("#/jobs/job-7");
    assertThat(page.getByText("3 of 4\u00a0layers with multiply-adds have a task")).isVisible();
    assertThat(page.getByText("a recurrent layer")).isVisible();
    Locator failures = page.getByRole(AriaRole.REGION, named("Failures"));
    assertThat(failures).containsText("3 of 6\u00a0trials failed");
    Locator rows = failures.locator("tbody tr");
    assertThat(rows).hasCount(2);
    assertThat(rows.nth(0)).containsText("signal 11");
    assertThat(rows.nth(0)).containsText("2\u00a0trials");
    assertThat(rows.nth(0)).containsText(conv.schedule(3));
    assertThat(rows.nth(1)).containsText("wrong answer");
    assertThat(rows.nth(1)).containsText("out[3] is 7");
    Locator tasks = page.getByRole(AriaRole.REGION, named("Tasks"));
    assertThat(tasks.locator("tbody tr").first())
        .containsText("%.2f×".formatted(conv.defaultNanos() / conv.bestNanos(4)));
  }

  @Test
  void device_quarantined_tellsWhyAndIsReleased() {
    service.device(Recorded.device("rack-a", "ready", 10));
    service.device(Recorded.quarantined("rack-b", "drift", "base kernel 24 % slower"));
    signIn("#/devices");
    Locator cards = page.locator(".devices > li");
    assertThat(cards.first()).containsText("rack-b");
    assertThat(cards.first()).containsText("base kernel 24 % slower");
    service.device(Recorded.device("rack-a", "ready", 11));
    assertThat(cards.nth(1)).containsText("% of the last");
    assertThat(cards.nth(1)).containsText("seccomp; not in force: other user");
    button("Release from quarantine").click();
    assertThat(page.getByText("base kernel 24 % slower")).isHidden();
    assertEquals(List.of("POST /api/v1/devices/rack-b/release"), service.asked());
  }

  @Test
  void records_filtered_showWhatMatchesAndTheKnobsInfluence() {
    int trials = 200;
    for (int trial = 1; trial <= trials; trial++) {
      service.record(conv.record(trial));
      service.record(dense.record(trial));
    }
    ObjectNode failure = conv.record(trials + 1).putNull("median_ns").put("status", "run_failed");
    service.record(failure.put("reason", "signal 7 in the packing"));
    signIn("#/records");
    assertThat(page.getByText("401 of 401")).isVisible();
    page.getByLabel("Workload (whole text)").fill(conv.workload());
    button("Find").click();
    assertThat(page.getByText("201 of 201")).isVisible();
    // The fastest stands first.
    assertThat(page.locator("[aria-labelledby=list] tbody tr").first()).containsText("1.00×");
    page.getByLabel("Status").selectOption("failed");
    assertThat(page.getByText("1 of 201")).isVisible();
    assertThat(page.getByText("signal 7 in the packing")).isVisible();
    page.getByLabel("Status").selectOption("");
    page.getByLabel("Schedule, device or reason").fill("ow_tile=14");
    long wide =
        IntStream.rangeClosed(1, trials + 1)
            .filter(trial -> conv.schedule(trial).contains("ow_tile=14"))
            .count();
    assertThat(page.getByText("%d of 201".formatted(wide))).isVisible();
    assertThat(page.locator("[aria-labelledby=list] tbody tr")).hasCount((int) wide);

    Influence expected = Influence.of(conv, trials);
    Locator knobs = page.locator(".knobs > li");
    assertThat(knobs.first()).hasAttribute("data-knob", expected.mostTelling());
    expected
        .shares()
        .forEach(
            (knob, share) ->
                assertThat(page.locator("[data-knob=" + knob + "] summary"))
                    .containsText("%d\u00a0%%".formatted(Math.round(100 * share))));
  }

  @Test
  void names_ofStrangers_areShownAsTheyWroteThem() {
    ObjectNode job = Recorded.job("job-7", HOSTILE, "running", 64, conv.task(0, 2, false, HOSTILE));
    job.put("owner", HOSTILE);
    job.withArray("uncovered").add(Recorded.uncovered(HOSTILE, HOSTILE, HOSTILE));
    job.withArray("moves")
        .addObject()
        .put("state", "running")
        .put("who", HOSTILE)
        .put("why", HOSTILE)
        .put("at", HOSTILE);
    service.job(job);
    service.event(
        "job-7",
        "trial",
        conv.failed("job-7", 0, 1, "run_failed", HOSTILE)
            .put("device", HOSTILE)
            .put("schedule", HOSTILE));
    service.event(
        "job-7",
        "trial",
        conv.trial("job-7", 0, 2).put("device", HOSTILE).put("schedule", HOSTILE));
    service.device(Recorded.quarantined("rack-a", "drift", HOSTILE).put("description", HOSTILE));
    service.record(
        conv.record(1).put("schedule", HOSTILE).put("device", HOSTILE).put("workload", HOSTILE));
    List<String> dialogs = new ArrayList<>();
    page.onDialog(
        dialog -> {
          dialogs.add(dialog.message());
          dialog.dismiss();
        });
    signIn("");
    for (String view : List.of("#/jobs", "#/jobs/job-7", "#/devices", "#/records")) {
      page.navigate(service.url() + view);
      assertThat(page.locator("main").getByText(HOSTILE).first()).isAttached();
      assertThat(page.locator("main img, main script")).hasCount(0);
    }
    assertEquals(List.of(), dialogs);
  }

  @Test
  void script_thatWouldMakeMarkupOfText_isRefusedByTheBrowser() {
    page.navigate(service.url());
    Object refused =
        page.evaluate("try { document.body.innerHTML = '<i>x</i>'; 'made' } catch (e) { e.name }");
    assertEquals("TypeError", refused);
    browser.forget();
  }

  @Test
  void events_cutAnywhere_areReadTheSame() {
    page.navigate(service.url());
    Object wrong =
        page.evaluate(
            """
            async () => {
              const { EventParser } = await import('/dashboard/events.js');
              const text = ': hello\\r\\nid: 1\\r\\nevent: trial\\r\\ndata: {"a":\\r\\ndata: 1}\\r\\n\\r\\n'
                + 'id:2\\nevent:state\\ndata:x\\n\\n: beat\\n\\ndata\\n\\n';
              const whole = JSON.stringify(new EventParser().take(text));
              const wrong = [];
              for (let i = 0; i <= text.length; i++) {
                for (let j = i; j <= text.length; j += 7) {
                  const parser = new EventParser();
                  const parts = [text.slice(0, i), text.slice(i, j), text.slice(j)];
                  const events = JSON.stringify(parts.flatMap((part) => parser.take(part)));
                  if (events !== whole) wrong.push(`${i},${j}: ${events}`);
                }
              }
              const events = JSON.parse(whole);
              if (events.length !== 3 || events[0].data !== '{"a":\\n1}' || events[1].id !== '2') {
                wrong.push(whole);
              }
              return wrong.slice(0, 3);
            }
            """);
    assertEquals(List.of(), wrong);
  }

  /** Signs in and opens a view. */
  private void signIn(String view) {
    page.navigate(service.url() + view);
    page.getByLabel("Token").fill(RecordedService.TOKEN);
    button("Sign in").click();
    assertThat(page.getByRole(AriaRole.NAVIGATION)).isVisible();
  }

  private Locator button(String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Page.GetByRoleOptions named(String name) {
    return new Page.GetByRoleOptions().setName(name).setExact(true);
  }

  private void expectTrials(int trials) {
    assertThat(page.locator(".plot"))
        .hasAttribute("aria-label", Pattern.compile("after %d\u00a0trials?, ".formatted(trials)));
  }

  /** The chart's pixels. */
  private Object picture() {
    return page.evaluate("document.querySelector('.plot canvas').toDataURL()");
  }

  /** Presses Tab until what has the focus is called so, by its text or id. */
  private void tabTo(String name) {
    String focused =
        "(() => { const e = document.activeElement; return [e.id, e.textContent.trim(),"
            + " e.tagName === 'A' ? e.querySelector('.id')?.textContent : ''] })()";
    for (int i = 0; i < 60; i++) {
      if (((List<?>) page.evaluate(focused)).contains(name)) {
        return;
      }
      page.keyboard().press("Tab");
    }
    throw new AssertionError("Tab never comes to " + name);
  }
}
