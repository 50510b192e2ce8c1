// The service's API: one token, one place that knows whether the service is there.

const TOKEN = "octune.token";

/** A request that the service answered with a problem (RFC 9457). */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? `The service answered ${status}.`);
    this.status = status;
    this.title = body.title ?? `Error ${status}`;
    this.mend = body.mend ?? "";
  }
}

/** A request that nobody answered. */
export class Lost extends Error {}

/**
 * Asks the service. Events: "refused" where the token is not known (any more), "lost" where nobody
 * answers, "found" where somebody does again.
 */
export class Api extends EventTarget {
  #lost = false;

  get token() {
    return sessionStorage.getItem(TOKEN);
  }

  /** Keeps the token for this tab, until it is closed. */
  signIn(token) {
    sessionStorage.setItem(TOKEN, token);
  }

  signOut() {
    sessionStorage.removeItem(TOKEN);
  }

  /** The JSON of a path. @param query values that are null or empty are left out */
  async get(path, query = {}, signal = undefined) {
    return (await this.open("GET", path, query, signal)).json();
  }

  /** Does something to a path and gives the JSON of what became of it. */
  async act(method, path, query = {}) {
    const response = await this.open(method, path, query);
    return response.status === 204 ? null : response.json();
  }

  /** The response itself. @throws Problem, Lost, or AbortError where the signal said so */
  async open(method, path, query = {}, signal = undefined, headers = {}) {
    const url = new URL(path, document.baseURI);
    for (const [key, value] of Object.entries(query)) {
      if (value !== null && value !== undefined && value !== "") url.searchParams.set(key, value);
    }
    const token = this.token;
    let response;
    try {
      response = await fetch(url, {
        method,
        signal,
        cache: "no-store",
        credentials: "omit",
        headers: { ...headers, Authorization: `Bearer ${token}` },
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw this.lose("The service does not answer.");
    }
    if (response.ok) {
      this.#find();
      return response;
    }
    const problem = new Problem(response.status, await bodyOf(response));
    // A proxy's 502 and 504 say that nobody is behind it.
    if ([502, 503, 504].includes(response.status)) throw this.lose(problem.message);
    this.#find();
    if (response.status === 401 && token === this.token) {
      this.dispatchEvent(new CustomEvent("refused", { detail: problem }));
    }
    throw problem;
  }

  /** Says that the service is gone, and gives the error for it. */
  lose(reason) {
    this.#lost = true;
    this.dispatchEvent(new CustomEvent("lost", { detail: reason }));
    return new Lost(reason);
  }

  #find() {
    if (this.#lost) {
      this.#lost = false;
      this.dispatchEvent(new Event("found"));
    }
  }
}

async function bodyOf(response) {
  try {
    return await response.json();
  } catch {
    return {};
  }
}

/** Path of a thing with a name. */
export function pathOf(collection, name, ...rest) {
  return ["api/v1", collection, encodeURIComponent(name), ...rest].join("/");
}
