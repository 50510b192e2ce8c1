// Server-sent events over fetch: an EventSource can't send the token.

const FIRST_PAUSE_MILLIS = 500;
const LONGEST_PAUSE_MILLIS = 10_000;
/** The service says something every 15 s; twice that and a bit is silence. */
const SILENCE_MILLIS = 40_000;

/** Reads a stream's text, cut anywhere, into events {id, event, data}. */
export class EventParser {
  #rest = "";
  #id = null;
  #event = "";
  #data = [];

  /** @returns events that this text completes */
  take(text) {
    const events = [];
    this.#rest += text;
    // A line's end may be cut between \r and \n: wait for what follows.
    const lines = this.#rest.split(/\r\n|\n|\r(?=[^\n])/);
    this.#rest = lines.pop();
    for (const line of lines) {
      const event = this.#line(line);
      if (event) events.push(event);
    }
    return events;
  }

  #line(line) {
    if (line === "") return this.#end();
    const at = line.indexOf(":");
    const field = at < 0 ? line : line.slice(0, at);
    const value = at < 0 ? "" : line.slice(at + 1).replace(/^ /, "");
    if (field === "id") this.#id = value;
    else if (field === "event") this.#event = value;
    else if (field === "data") this.#data.push(value);
    return null;
  }

  #end() {
    const data = this.#data;
    const event = this.#event || "message";
    this.#data = [];
    this.#event = "";
    return data.length ? { id: this.#id, event, data: data.join("\n") } : null;
  }
}

/**
 * Follows a path's events until it has ended, across broken connections. A page that nobody sees
 * lets go of its connection, of which a browser has six a host, and resumes once it is seen.
 * @param take called with a list of events at a time; tells whether the path has ended
 * @param state called with "live" or "lost"
 * @throws Problem where the service refuses
 */
export async function follow(api, path, take, state, signal) {
  let last = null;
  let pause = FIRST_PAUSE_MILLIS;
  for (;;) {
    const connection = new AbortController();
    const stop = () => connection.abort();
    const hide = () => document.hidden && stop();
    signal.addEventListener("abort", stop);
    document.addEventListener("visibilitychange", hide);
    let ended = false;
    try {
      const response = await api.open("GET", path, {}, connection.signal, {
        Accept: "text/event-stream",
        ...(last === null ? {} : { "Last-Event-ID": last }),
      });
      if (response.status === 204) return;
      state("live");
      const parser = new EventParser();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await beforeSilence(reader.read(), connection);
        if (done) break;
        const events = parser.take(value);
        if (events.length) {
          pause = FIRST_PAUSE_MILLIS;
          last = events.at(-1).id ?? last;
          ended = take(events) || ended;
        }
      }
      if (ended) return;
    } catch (error) {
      if (signal.aborted) return;
      if (typeof error.status === "number" && error.status !== 429) throw error;
    } finally {
      signal.removeEventListener("abort", stop);
      document.removeEventListener("visibilitychange", hide);
      connection.abort();
    }
    state("lost");
    await sleep(pause, signal);
    await seen(signal);
    if (signal.aborted) return;
    pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
  }
}

async function beforeSilence(promise, connection) {
  const timer = setTimeout(() => connection.abort(), SILENCE_MILLIS);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until somebody sees the page. */
function seen(signal) {
  return new Promise((resolve) => {
    const look = () => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener("visibilitychange", look);
      signal.removeEventListener("abort", look);
      resolve();
    };
    document.addEventListener("visibilitychange", look);
    signal.addEventListener("abort", look);
    look();
  });
}

/** Waits; ends early where the signal says so. */
export function sleep(millis, signal) {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, millis);
    signal.addEventListener("abort", done);
  });
}

/**
 * Calls something now and again until the signal says stop; a page that nobody sees waits.
 * @param wake an EventTarget whose event "wake" ends a pause
 */
export async function repeat(action, millis, signal, wake) {
  while (!signal.aborted) {
    if (!document.hidden) await action();
    if (signal.aborted) return;
    const pause = new AbortController();
    const end = () => pause.abort();
    signal.addEventListener("abort", end);
    wake.addEventListener("wake", end);
    await sleep(millis, pause.signal);
    signal.removeEventListener("abort", end);
    wake.removeEventListener("wake", end);
  }
}
