// The line to the server, as channels/web/README.md describes it: a socket where one can be had, else plain HTTP with a question every few seconds.
import { Socket, objectOf } from "./socket.js";

type Given = Record<string, unknown>;

export interface Message {
  id: string;
  text: string;
  country: string;
  payload?: string | undefined;
}
export interface Ears {
  /** What the server said, each with a seq; also what this person wrote in another tab (kind "user"). */
  lines(lines: Given[]): void;
  staff(name: string | null): void;
  /** The session that was asked for has ended; this is another. */
  ended(): void;
  deleted(): void;
  lost(): void;
  returned(): void;
}

/** The server answered, and said no. `replies` hold the crisis words that it sends even then. */
export class Refused extends Error {
  constructor(readonly status: number, readonly replies: Given[] = [], readonly retryAfter = 0) {
    super(`the server said no: ${status}`);
  }
}

const STATUS: Record<string, number> = { bad: 400, size: 413, limit: 429, session: 401, away: 503, closed: 410 };
const PATIENCE = 20_000;
const POLL = 4_000;
const QUIET = 15_000;
const WAITS = [500, 2_000, 5_000, 10_000, 20_000];

export class Line {
  token: string | null = null;
  last = 0;
  #server: string;
  #ears: Ears;
  #socket: Socket | null = null;
  #opening: Promise<void> | null = null;
  #plain = false;
  #fails = 0;
  #removing = false;
  #timer = 0;
  #over = false;
  #stop = new AbortController();
  #online = () => this.#ears.returned();

  constructor(server: string, ears: Ears) {
    this.#server = server.replace(/\/+$/, "");
    this.#ears = ears;
    window.addEventListener("online", this.#online);
  }

  /** Have a session, and hear what is new in it. */
  connect(): Promise<void> {
    this.#opening ??= this.#open().finally(() => (this.#opening = null));
    return this.#opening;
  }

  /** Send one message; done once it was answered. The same id may be sent again: the server handles it once. */
  async send(message: Message): Promise<void> {
    if (!this.#socket && !(this.#plain && this.token)) await this.connect();
    const { id, text, payload, country } = message;
    const more = { ...(payload ? { payload } : {}), ...(country ? { country } : {}) };
    if (this.#socket) {
      check(await this.#socket.ask("user_uttered", { id, message: text, ...more }));
      return;
    }
    const answer = await this.#post("message", { token: this.token, id, text, last: this.last, ...more });
    this.#hear([...listOf(answer.lines), ...listOf(answer.replies)]);
    this.#later(POLL);
  }

  /** Delete the session on the server; its receipt. */
  async remove(): Promise<unknown> {
    if (!this.token) return "";
    // The server tells every tab that the session is gone, this one too, before it acknowledges.
    this.#removing = true;
    try {
      const answer = await this.#ask("session_delete", "delete", {});
      this.forget();
      return answer.receipt;
    } finally {
      this.#removing = false;
    }
  }

  /** What holds for keeping words, after a yes or no to it in `given`; nothing before somebody wrote. */
  async keeping(given: Given): Promise<Given> {
    if (!this.token) return {};
    const answer = await this.#ask("session_keeping", "keeping", given);
    // A yes brings a token that lives as long as the words.
    if (typeof answer.token === "string") this.token = answer.token;
    return objectOf(answer.keeping);
  }

  /** Leave a way to be called. It goes to the service alone, and stays nowhere here. */
  async contact(contact: string, when: string): Promise<void> {
    await this.#ask("contact", "contact", { contact, when, agree: true });
  }

  async #ask(event: string, path: string, given: Given): Promise<Given> {
    if (!this.#socket && !(this.#plain && this.token)) await this.connect();
    const whole = { ...given, token: this.token };
    return this.#socket ? check(await this.#socket.ask(event, whole)) : this.#post(path, whole);
  }

  /** The same where the page is going away. */
  removeWithoutWaiting(): void {
    if (!this.token) return;
    const body = JSON.stringify({ token: this.token });
    // Text, not JSON: it needs no preflight, which a page that is going away would not live to see.
    const sent = navigator.sendBeacon?.(`${this.#server}/delete`, new Blob([body], { type: "text/plain" }));
    if (!sent) void fetch(`${this.#server}/delete`, { method: "POST", body, keepalive: true, credentials: "omit" }).catch(() => {});
    this.forget();
  }

  forget(): void {
    this.token = null;
    this.last = 0;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  close(): void {
    this.#over = true;
    window.removeEventListener("online", this.#online);
    this.forget();
    this.#stop.abort();
  }

  async #open(): Promise<void> {
    const asked = { mooring: 1, ...(this.token ? { token: this.token, last: this.last } : {}) };
    if (!this.#plain) {
      try {
        const socket = await Socket.open(this.#socketAddress(), (event, given) => this.#event(event, given), () => this.#dropped());
        this.#socket = socket;
        this.#confirm(check(await socket.ask("session_request", asked)));
        return;
      } catch (error) {
        this.#socket?.close();
        this.#socket = null;
        if (error instanceof Refused) throw error;
      }
    }
    // No socket: perhaps a wall in between. HTTP is tried at once; where that works, it is used from now on.
    const answer = await this.#post("session", asked);
    this.#plain = true;
    this.#confirm(answer);
    this.#hear(listOf(answer.lines));
    this.#later(POLL);
  }

  #confirm(given: Given): void {
    if (typeof given.token !== "string") throw new Refused(0);
    const ended = this.token !== null && given.resumed !== true;
    this.token = given.token;
    if (ended) {
      this.last = 0;
      this.#ears.ended();
    }
    this.#fails = 0;
    this.#meet(given.staff);
    this.#ears.returned();
  }

  #socketAddress(): string {
    const url = new URL(this.#server, location.href);
    return `${url.protocol === "https:" ? "wss" : "ws"}://${url.host}${url.pathname.replace(/\/webhooks\/web$/, "")}/socket.io/`;
  }

  #event(event: string, given: Given): void {
    if (event === "bot_uttered") this.#hear([given]);
    else if (event === "user_echo") this.#hear([{ ...given, kind: "user" }]);
    else if (event === "staff") this.#meet(given.present === true ? { name: given.name } : null);
    else if (event === "session_deleted" && this.token && !this.#removing) {
      this.forget();
      this.#ears.deleted();
    }
  }

  #hear(lines: Given[]): void {
    for (const { seq } of lines) if (typeof seq === "number" && seq > this.last) this.last = seq;
    if (lines.length) this.#ears.lines(lines);
  }

  #meet(staff: unknown): void {
    const { name } = objectOf(staff);
    this.#ears.staff(staff && typeof staff === "object" ? (typeof name === "string" ? name : "") : null);
  }

  #dropped(): void {
    this.#socket = null;
    if (this.token && !this.#opening) this.#later(WAITS[0]!);
  }

  /** Ask again in a while, for what staff write while nothing is sent. */
  #later(wait: number): void {
    clearTimeout(this.#timer);
    if (!this.#over && this.token) this.#timer = window.setTimeout(() => void this.#again(), document.hidden ? Math.max(wait, QUIET) : wait);
  }

  async #again(): Promise<void> {
    if (this.#socket || !this.token || this.#over) return;
    try {
      if (this.#plain) {
        const answer = await this.#post("poll", { token: this.token, last: this.last });
        this.#meet(answer.staff);
        this.#hear(listOf(answer.lines));
        if (this.#fails) this.#ears.returned();
        this.#fails = 0;
        this.#later(POLL);
      } else {
        await this.connect();
      }
    } catch (error) {
      if (error instanceof Refused && error.status === 401) return this.forget();
      if (++this.#fails >= 2) this.#ears.lost();
      this.#later(WAITS[Math.min(this.#fails, WAITS.length - 1)]!);
    }
  }

  async #post(path: string, body: Given): Promise<Given> {
    const stop = new AbortController();
    const end = () => stop.abort();
    const timer = window.setTimeout(end, PATIENCE);
    this.#stop.signal.addEventListener("abort", end);
    try {
      const answer = await fetch(`${this.#server}/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: stop.signal,
        credentials: "omit",
        referrerPolicy: "no-referrer",
        cache: "no-store",
      });
      const found = objectOf(await answer.json().catch(() => null));
      if (!answer.ok) throw new Refused(answer.status, listOf(found.replies), Number(found.retry_after) || 0);
      return check(found);
    } finally {
      clearTimeout(timer);
      this.#stop.signal.removeEventListener("abort", end);
    }
  }
}

function check(given: Given): Given {
  if (given.ok === false) throw new Refused(STATUS[String(given.error)] ?? 0, listOf(given.replies), Number(given.retry_after) || 0);
  return given;
}

export function listOf(given: unknown, most = 500): Given[] {
  return Array.isArray(given) ? given.slice(0, most).filter((one) => typeof one === "object" && one !== null) : [];
}
