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
  private _server: string;
  private _ears: Ears;
  private _socket: Socket | null = null;
  private _opening: Promise<void> | null = null;
  private _plain = false;
  private _fails = 0;
  private _removing = false;
  private _timer = 0;
  private _over = false;
  private _stop = new AbortController();
  private _online = () => this._ears.returned();

  constructor(server: string, ears: Ears) {
    this._server = server.replace(/\/+$/, "");
    this._ears = ears;
    window.addEventListener("online", this._online);
  }

  /** Have a session, and hear what is new in it. */
  connect(): Promise<void> {
    this._opening ??= this._open().finally(() => (this._opening = null));
    return this._opening;
  }

  /** Send one message; done once it was answered. The same id may be sent again: the server handles it once. */
  async send(message: Message): Promise<void> {
    if (!this._socket && !(this._plain && this.token)) await this.connect();
    const { id, text, payload, country } = message;
    const more = { ...(payload ? { payload } : {}), ...(country ? { country } : {}) };
    if (this._socket) {
      check(await this._socket.ask("user_uttered", { id, message: text, ...more }));
      return;
    }
    const answer = await this._post("message", { token: this.token, id, text, last: this.last, ...more });
    this._hear([...listOf(answer.lines), ...listOf(answer.replies)]);
    this._later(POLL);
  }

  /** Delete the session on the server; its receipt. */
  async remove(): Promise<unknown> {
    if (!this.token) return "";
    // The server tells every tab that the session is gone, this one too, before it acknowledges.
    this._removing = true;
    try {
      const answer = await this._ask("session_delete", "delete", {});
      this.forget();
      return answer.receipt;
    } finally {
      this._removing = false;
    }
  }

  /** What holds for keeping words, after a yes or no to it in `given`; nothing before somebody wrote. */
  async keeping(given: Given): Promise<Given> {
    if (!this.token) return {};
    const answer = await this._ask("session_keeping", "keeping", given);
    // A yes brings a token that lives as long as the words.
    if (typeof answer.token === "string") this.token = answer.token;
    return objectOf(answer.keeping);
  }

  /** Leave a way to be called. It goes to the service alone, and stays nowhere here. */
  async contact(contact: string, when: string): Promise<void> {
    await this._ask("contact", "contact", { contact, when, agree: true });
  }

  private async _ask(event: string, path: string, given: Given): Promise<Given> {
    if (!this._socket && !(this._plain && this.token)) await this.connect();
    const whole = { ...given, token: this.token };
    return this._socket ? check(await this._socket.ask(event, whole)) : this._post(path, whole);
  }

  /** The same where the page is going away. */
  removeWithoutWaiting(): void {
    if (!this.token) return;
    const body = JSON.stringify({ token: this.token });
    // Text, not JSON: it needs no preflight, which a page that is going away would not live to see.
    const sent = navigator.sendBeacon?.(`${this._server}/delete`, new Blob([body], { type: "text/plain" }));
    if (!sent) void fetch(`${this._server}/delete`, { method: "POST", body, keepalive: true, credentials: "omit" }).catch(() => {});
    this.forget();
  }

  forget(): void {
    this.token = null;
    this.last = 0;
    clearTimeout(this._timer);
    const socket = this._socket;
    this._socket = null;
    socket?.close();
  }

  close(): void {
    this._over = true;
    window.removeEventListener("online", this._online);
    this.forget();
    this._stop.abort();
  }

  private async _open(): Promise<void> {
    const asked = { mooring: 1, ...(this.token ? { token: this.token, last: this.last } : {}) };
    if (!this._plain) {
      try {
        const socket = await Socket.open(this._socketAddress(), (event, given) => this._event(event, given), () => this._dropped());
        this._socket = socket;
        this._confirm(check(await socket.ask("session_request", asked)));
        return;
      } catch (error) {
        this._socket?.close();
        this._socket = null;
        if (error instanceof Refused) throw error;
      }
    }
    // No socket: perhaps a wall in between. HTTP is tried at once; where that works, it is used from now on.
    const answer = await this._post("session", asked);
    this._plain = true;
    this._confirm(answer);
    this._hear(listOf(answer.lines));
    this._later(POLL);
  }

  private _confirm(given: Given): void {
    if (typeof given.token !== "string") throw new Refused(0);
    const ended = this.token !== null && given.resumed !== true;
    this.token = given.token;
    if (ended) {
      this.last = 0;
      this._ears.ended();
    }
    this._fails = 0;
    this._meet(given.staff);
    this._ears.returned();
  }

  private _socketAddress(): string {
    const url = new URL(this._server, location.href);
    return `${url.protocol === "https:" ? "wss" : "ws"}://${url.host}${url.pathname.replace(/\/webhooks\/web$/, "")}/socket.io/`;
  }

  private _event(event: string, given: Given): void {
    if (event === "bot_uttered") this._hear([given]);
    else if (event === "user_echo") this._hear([{ ...given, kind: "user" }]);
    else if (event === "staff") this._meet(given.present === true ? { name: given.name } : null);
    else if (event === "session_deleted" && this.token && !this._removing) {
      this.forget();
      this._ears.deleted();
    }
  }

  private _hear(lines: Given[]): void {
    for (const { seq } of lines) if (typeof seq === "number" && seq > this.last) this.last = seq;
    if (lines.length) this._ears.lines(lines);
  }

  private _meet(staff: unknown): void {
    const { name } = objectOf(staff);
    this._ears.staff(staff && typeof staff === "object" ? (typeof name === "string" ? name : "") : null);
  }

  private _dropped(): void {
    this._socket = null;
    if (this.token && !this._opening) this._later(WAITS[0]!);
  }

  /** Ask again in a while, for what staff write while nothing is sent. */
  private _later(wait: number): void {
    clearTimeout(this._timer);
    if (!this._over && this.token) this._timer = window.setTimeout(() => void this._again(), document.hidden ? Math.max(wait, QUIET) : wait);
  }

  private async _again(): Promise<void> {
    if (this._socket || !this.token || this._over) return;
    try {
      if (this._plain) {
        const answer = await this._post("poll", { token: this.token, last: this.last });
        this._meet(answer.staff);
        this._hear(listOf(answer.lines));
        if (this._fails) this._ears.returned();
        this._fails = 0;
        this._later(POLL);
      } else {
        await this.connect();
      }
    } catch (error) {
      if (error instanceof Refused && error.status === 401) return this.forget();
      if (++this._fails >= 2) this._ears.lost();
      this._later(WAITS[Math.min(this._fails, WAITS.length - 1)]!);
    }
  }

  private async _post(path: string, body: Given): Promise<Given> {
    const stop = new AbortController();
    const end = () => stop.abort();
    const timer = window.setTimeout(end, PATIENCE);
    this._stop.signal.addEventListener("abort", end);
    try {
      const answer = await fetch(`${this._server}/${path}`, {
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
      this._stop.signal.removeEventListener("abort", end);
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
