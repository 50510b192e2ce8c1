// Puts the page together: who is signed in, which view is open, whether the service is there.

import { Api, Lost } from "./api.js";
import { openDevices } from "./devices.js";
import { h, put, say, set } from "./dom.js";
import { openJob } from "./job.js";
import { openJobs } from "./jobs.js";
import { openRecords } from "./records.js";
import { notice } from "./parts.js";

const COLOURS = "octune.colours";
const VIEWS = { jobs: openJobs, devices: openDevices, records: openRecords };

const api = new Api();
const wake = new EventTarget();
const main = document.querySelector("main");
const nav = document.querySelector("nav");
const connection = document.querySelector("#connection");
const announcements = document.querySelector("#announcements");
const signOut = document.querySelector("#sign-out");
let open = new AbortController();

function announce(text) {
  say(announcements, text);
}

function go(hash) {
  if (location.hash === hash) route();
  else location.hash = hash;
}

/** Opens the view that the address names: #/jobs, #/jobs/job-17, #/devices, #/records. */
function route() {
  open.abort();
  open = new AbortController();
  if (!api.token) return showSignIn();
  nav.hidden = signOut.hidden = false;
  const [path, search = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [room = "", name = ""] = path.split("/");
  const known = Object.hasOwn(VIEWS, room) ? room : "jobs";
  const context = { api, go, wake, announce, query: new URLSearchParams(search), signal: open.signal };
  const view = known === "jobs" && name ? openJob({ ...context, name: decoded(name) }) : VIEWS[known](context);
  for (const link of nav.querySelectorAll("a")) {
    set(link, "aria-current", link.getAttribute("href") === `#/${known}` ? "page" : null);
  }
  show(view);
}

function decoded(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function show(view) {
  document.title = `${view.title} · Octune`;
  put(main, view.element);
  main.querySelector("h1")?.focus();
}

function showSignIn(problem = null) {
  open.abort();
  nav.hidden = signOut.hidden = true;
  const input = h("input", {
    id: "token",
    type: "password",
    required: true,
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "token-help",
  });
  const message = h("div", { role: "alert" }, problem);
  const button = h("button.primary", { type: "submit" }, "Sign in");
  const form = h(
    "form.sign-in.panel",
    { onsubmit: signIn },
    h("h1", { tabindex: -1 }, "Sign in"),
    message,
    h("label.wide", { for: "token" }, "Token", input),
    h(
      "p.quiet",
      { id: "token-help" },
      "The first one stands in the service's data folder, in admin.token; an admin makes more. It is kept in this tab until you close it or sign out.",
    ),
    button,
  );

  async function signIn(event) {
    event.preventDefault();
    const token = input.value.trim();
    // What can't stand in a header is no token.
    if (!/^[\x21-\x7e]+$/.test(token)) {
      return put(message, notice("bad", "This is no token.", "It is one line of letters and digits."));
    }
    button.disabled = true;
    api.signIn(token);
    try {
      await api.get("api/v1/jobs", { limit: 1 });
      route();
    } catch (error) {
      api.signOut();
      put(
        message,
        error instanceof Lost
          ? notice("bad", "The service does not answer.", "Is it running? Try again in a moment.")
          : notice("bad", error.title ?? "It did not work", error.message, error.mend ? h("p", {}, "Mend: ", error.mend) : null),
      );
      button.disabled = false;
      input.focus();
    }
  }

  show({ title: "Sign in", element: form });
  input.focus();
}

api.addEventListener("refused", ({ detail }) => {
  const hadView = !nav.hidden;
  api.signOut();
  if (hadView) {
    showSignIn(notice("bad", "You are signed out.", `${detail.message} `, "Sign in with a valid token."));
  }
});
api.addEventListener("lost", ({ detail }) => {
  if (connection.hasChildNodes() || nav.hidden) return;
  put(
    connection,
    h(
      "div.notice.bad",
      {},
      h("strong", {}, "No connection to the service"),
      h(
        "div",
        {},
        `${detail} What you see is from before ${new Date().toLocaleTimeString()}. Trying again every few seconds. `,
        h("button", { type: "button", onclick: () => wake.dispatchEvent(new Event("wake")) }, "Try now"),
      ),
    ),
  );
});
api.addEventListener("found", () => {
  if (!connection.hasChildNodes()) return;
  put(connection);
  announce("The service answers again.");
});
signOut.addEventListener("click", () => {
  api.signOut();
  put(connection);
  showSignIn();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) wake.dispatchEvent(new Event("wake"));
});
addEventListener("hashchange", route);
document.querySelector(".skip").addEventListener("click", (event) => {
  // Its own address is no view.
  event.preventDefault();
  main.focus();
});

const colours = document.querySelector("#colours");
function paint() {
  const chosen = localStorage.getItem(COLOURS) ?? "system";
  colours.value = chosen;
  set(document.documentElement, "data-colours", chosen === "system" ? null : chosen);
  dispatchEvent(new Event("octune:colours"));
}
colours.addEventListener("change", () => {
  localStorage.setItem(COLOURS, colours.value);
  paint();
});
paint();
route();
