package dev.octune.tuner.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether the page can be read and reached: on a phone, in the dark, without a mouse, at rest. */
final class DashboardLooksIT {
  private static final List<String> VIEWS =
      List.of("#/jobs", "#/jobs/job-7", "#/devices", "#/records", "#/jobs/job-404");

  private static Browser browser;
  private static RecordedService service;

  @BeforeAll
  static void start() throws Exception {
    browser = Browser.start();
    service = RecordedService.start();
    Recorded conv = Recorded.of("conv-64x56x56-64-3x3");
    ObjectNode job =
        Recorded.job(
            "job-7",
            "a_" + "long_".repeat(30) + "name",
            "running",
            64,
            conv.task(0, 20, true, "c"));
    job.withArray("uncovered").add(Recorded.uncovered("lstm", "LSTM", "a recurrent layer"));
    service.job(job);
    List<String> states = List.of("queued", "paused", "done", "failed", "cancelled");
    for (int i = 0; i < states.size(); i++) {
      String id = "job-" + (i + 1);
      service.job(Recorded.job(id, "net", states.get(i), 64, conv.task(0, 20, true)));
    }
    for (int trial = 1; trial <= 20; trial++) {
      service.event("job-7", "trial", conv.trial("job-7", 0, trial));
      service.record(conv.record(trial));
    }
    service.event("job-7", "trial", conv.failed("job-7", 0, 21, "timed_out", "run, 2000 ms"));
    service.device(Recorded.device("rack-a", "ready", 10));
    service.device(Recorded.device("rack-c", "draining", 10));
    service.device(Recorded.quarantined("rack-b", "drift", "base kernel 24 % slower"));
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

  @AfterEach
  void expectQuiet() {
    browser.expectQuiet("404 (Not Found)");
  }

  @Test
  void phone_noViewScrollsSideways() {
    Page page = signedIn(360, 740, ColorScheme.LIGHT);
    for (String view : VIEWS) {
      open(page, view);
      Object wider =
          page.evaluate(
              """
              [...document.querySelectorAll('body *')]
                .filter((e) => e.checkVisibility() && !e.closest('.unseen, .skip, svg, .plot'))
                .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
                .map((e) => e.tagName + '.' + e.className)
              """);
      assertEquals(List.of(), wider, view);
      assertEquals(360, page.evaluate("document.documentElement.scrollWidth"), view);
    }
    page.context().close();
  }

  @ParameterizedTest
  @EnumSource(
      value = ColorScheme.class,
      names = {"LIGHT", "DARK"})
  void texts_inBothColours_standOutFromTheirGround(ColorScheme colours) {
    Page page = signedIn(1280, 800, colours);
    for (String view : VIEWS) {
      open(page, view);
      assertEquals(List.of(), page.evaluate(TOO_FAINT), colours + " " + view);
    }
    page.context().close();
  }

  @Test
  void colours_chosen_holdAgainstTheSystemsAndAreKept() {
    Page page = signedIn(1280, 800, ColorScheme.LIGHT);
    open(page, "#/jobs/job-7");
    String ground = "getComputedStyle(document.body).backgroundColor";
    String picture = "document.querySelector('.plot canvas').toDataURL()";
    Object light = page.evaluate(ground);
    Object lightChart = page.evaluate(picture);
    page.getByLabel("Colours").selectOption("dark");
    Object dark = page.evaluate(ground);
    assertNotEquals(light, dark);
    assertNotEquals(lightChart, page.evaluate(picture));
    page.reload();
    assertThat(page.getByLabel("Colours")).hasValue("dark");
    assertEquals(dark, page.evaluate(ground));
    page.context().close();
  }

  @Test
  void controls_everywhere_haveNamesAndFitAFinger() {
    Page page = signedIn(360, 740, ColorScheme.LIGHT);
    for (String view : VIEWS) {
      open(page, view);
      Object nameless =
          page.evaluate(
              """
              [...document.querySelectorAll('a, button, input, select, summary, [tabindex="0"]')]
                .filter((e) => e.checkVisibility())
                .filter((e) => !(e.getAttribute('aria-label') || e.labels?.[0]?.textContent.trim()
                  || e.textContent.trim()))
                .map((e) => e.outerHTML)
              """);
      assertEquals(List.of(), nameless, view);
      Object small =
          page.evaluate(
              """
              [...document.querySelectorAll('button, select, input, summary')]
                .filter((e) => e.checkVisibility() && e.type !== 'radio')
                .filter((e) => e.getBoundingClientRect().height < 24)
                .map((e) => e.outerHTML)
              """);
      assertEquals(List.of(), small, view);
      assertEquals(1, page.evaluate("document.querySelectorAll('h1').length"), view);
    }
    page.context().close();
  }

  @Test
  void motion_whereItIsNotWanted_isNone() {
    Page page = signedIn(1280, 800, ColorScheme.LIGHT);
    open(page, "#/jobs/job-7");
    assertThat(page.locator(".badge[data-state=running]").first()).isVisible();
    assertEquals(0, page.evaluate("document.getAnimations().length"));
    page.context().close();
  }

  @Test
  void skipLink_jumpsToTheContentAndKeepsTheView() {
    Page page = signedIn(1280, 800, ColorScheme.LIGHT);
    open(page, "#/devices");
    page.evaluate("document.activeElement.blur()");
    page.getByText("Skip to content").focus();
    page.keyboard().press("Enter");
    assertThat(page.locator("main")).isFocused();
    assertTrue(page.url().endsWith("#/devices"), page.url());
    assertThat(page.getByText("rack-a")).isVisible();
    page.context().close();
  }

  private static Page signedIn(int width, int height, ColorScheme colours) {
    Page page = browser.page(width, height, colours);
    page.navigate(service.url());
    page.getByLabel("Token").fill(RecordedService.TOKEN);
    page.keyboard().press("Enter");
    assertThat(page.getByRole(AriaRole.NAVIGATION)).isVisible();
    return page;
  }

  /** Opens a view, waits until its data is there and unfolds everything. */
  private static void open(Page page, String view) {
    page.navigate(service.url() + view);
    String name = view.substring(view.lastIndexOf('/') + 1);
    assertThat(page).hasTitle(Pattern.compile("^" + name + " ", Pattern.CASE_INSENSITIVE));
    assertThat(page.locator("main tbody tr, main li, main .notice").first()).isAttached();
    page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true })");
  }

  /**
   * Texts whose contrast with what is behind them (WCAG 2.2, 1.4.3) is below 4.5. Colours are made
   * opaque by a canvas, which also reads every way to write one.
   */
  private static final String TOO_FAINT =
      """
      (() => {
        const pen = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
        const rgb = (colour, ground) => {
          pen.fillStyle = ground; pen.fillRect(0, 0, 1, 1);
          pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1);
          return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
        };
        const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`;
        const grounds = (e) => {
          let ground = 'white';
          const chain = [];
          for (let at = e; at; at = at.parentElement) chain.unshift(at);
          for (const at of chain) ground = css(rgb(getComputedStyle(at).backgroundColor, ground));
          return ground;
        };
        const light = (colour) => {
          const [r, g, b] = colour.map((v) => v / 255)
            .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const faint = [];
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          const e = walker.currentNode.parentElement;
          if (!walker.currentNode.data.trim() || !e.checkVisibility()) continue;
          if (e.closest('noscript, .unseen')) continue;
          const ground = grounds(e);
          const a = light(rgb(getComputedStyle(e).color, ground));
          const b = light(rgb(ground, ground));
          const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${e.outerHTML.slice(0, 120)}`);
        }
        return faint;
      })()
      """;
}
