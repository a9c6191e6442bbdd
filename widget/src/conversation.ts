// What is said, in order: nothing lost, nothing sent twice. Knows no screen; tells its listener what changed.
import { clean } from "./clean.js";
import { Line, Refused, listOf } from "./line.js";
import { objectOf } from "./socket.js";

export interface Button {
  title: string;
  payload: string;
}
export interface Source {
  title: string;
  publisher: string;
  year: string;
  url: string;
}
export interface Turn {
  id: string;
  who: "me" | "helper" | "staff";
  name: string;
  text: string;
  at: number;
  payload?: string;
  state: "waiting" | "sent" | "refused";
  buttons: Button[];
  sources: Source[];
}
export type State = "calm" | "writing" | "slow" | "away" | "tooMuch" | "tooLong" | "refused";
export interface Listener {
  /** `answer`: they answer what was just said here; else somebody spoke by themselves. */
  turns(added: Turn[], answer: boolean): void;
  changed(turn: Turn): void;
  state(state: State): void;
  /** Staff came (their name, or an empty one) or left (null); `before` is who was there. */
  staff(name: string | null, before: string | null): void;
  ended(): void;
  deleted(): void;
}
export interface Saved {
  token: string | null;
  last: number;
  turns: Turn[];
  staff: string | null;
}
type Given = Record<string, unknown>;

const SLOW = 6_000;
const WAITS = [1_000, 2_000, 4_000, 8_000, 15_000];
const NEVER_AGAIN = [400, 413];

export class Conversation {
  turns: Turn[] = [];
  staff: string | null = null;
  state: State = "calm";
  country = "";
  private _line: Line;
  private _listener: Listener;
  private _busy = false;
  private _tries = 0;
  private _timer = 0;
  private _over = false;
  private _asked = "";
  private _seen = new Set<string>();

  constructor(server: string, listener: Listener) {
    this._listener = listener;
    this._line = new Line(server, {
      lines: (lines) => !this._over && this._hear(lines),
      staff: (name) => this._meet(name),
      ended: () => this._listener.ended(),
      deleted: () => this._listener.deleted(),
      lost: () => this.state === "calm" && this._be("away"),
      returned: () => this._returned(),
    });
  }

  /** Go on where this tab was. */
  restore(saved: Saved): void {
    this.turns = saved.turns;
    this.staff = saved.staff;
    this._line.token = saved.token;
    this._line.last = saved.last;
    for (const turn of saved.turns) this._seen.add(turn.id);
    if (saved.token) this.warm();
    this.flush();
  }

  saved(): Saved {
    return { token: this._line.token, last: this._line.last, turns: this.turns, staff: this.staff };
  }

  /** Have the line ready: the person is about to write. */
  warm(): void {
    this._line.connect().catch(() => {});
  }

  /** Say something: on screen at once, sent when it can be, handled once. */
  say(text: string, payload?: string): void {
    const turn: Turn = { id: newId(), who: "me", name: "", text, at: Date.now(), state: "waiting", buttons: [], sources: [] };
    if (payload) turn.payload = payload;
    this._seen.add(turn.id);
    this.turns.push(turn);
    this._listener.turns([turn], false);
    this.flush();
  }

  /** Send what waits; `now` does not wait for the next try. */
  flush(now = false): void {
    if (now) {
      clearTimeout(this._timer);
      this._timer = 0;
    }
    if (!this._busy && !this._timer && !this._over) void this._next();
  }

  private async _next(): Promise<void> {
    const turn = this.turns.find((one) => one.state === "waiting");
    if (!turn) return;
    this._busy = true;
    this._asked = turn.id;
    if (this.state !== "away") this._be("writing");
    const slow = window.setTimeout(() => this.state === "writing" && this._be("slow"), SLOW);
    try {
      await this._line.send({ id: turn.id, text: turn.text, payload: turn.payload, country: this.country });
      this._tries = 0;
      this._settle(turn, "sent");
      this._be("calm");
    } catch (error) {
      if (!this._over) this._fail(turn, error);
    } finally {
      clearTimeout(slow);
      this._busy = false;
      this._asked = "";
    }
    this.flush();
  }

  private _fail(turn: Turn, error: unknown): void {
    const refused = error instanceof Refused ? error : null;
    const status = refused?.status ?? 0;
    // Whoever is refused may be in danger: the crisis words that came with it are shown, once for each message.
    if (refused) this._hear(refused.replies.map((reply, place) => ({ ...reply, id: `${turn.id}/refused/${place}` })));
    if (NEVER_AGAIN.includes(status)) {
      this._settle(turn, "refused");
      this._be(status === 413 ? "tooLong" : "calm");
      return;
    }
    if (status === 401) this._line.forget();
    this._be(status === 403 ? "refused" : status === 429 ? "tooMuch" : status === 401 && this._tries < 2 ? "writing" : "away");
    const wait = Math.max(WAITS[Math.min(this._tries++, WAITS.length - 1)]! * (0.8 + Math.random() * 0.4), (refused?.retryAfter ?? 0) * 1000);
    this._timer = window.setTimeout(() => {
      this._timer = 0;
      this.flush();
    }, wait);
  }

  private _settle(turn: Turn, state: "sent" | "refused"): void {
    if (turn.state === state) return;
    turn.state = state;
    this._listener.changed(turn);
  }

  private _returned(): void {
    if (this.state === "away" && !this.turns.some((one) => one.state === "waiting")) this._be("calm");
    // A server that takes the session and fails at each message is not asked without a pause.
    this.flush(this._tries < 3);
  }

  private _be(state: State): void {
    if (this._over) return;
    this.state = state;
    this._listener.state(state);
  }

  private _meet(name: string | null): void {
    if (name === this.staff || this._over) return;
    const before = this.staff;
    this.staff = name;
    this._listener.staff(name, before);
  }

  private _hear(lines: Given[]): void {
    const added: Turn[] = [];
    const inOrder = [...lines].sort((one, other) => (Number(one.seq) || 0) - (Number(other.seq) || 0));
    let answer = false;
    for (const line of inOrder) {
      const mine = line.kind === "user";
      // A person's own line is known by the id of the message, others by their place in the session.
      const id = mine || typeof line.seq !== "number" ? clean(line.id, 120) || newId() : `seq/${line.seq}`;
      const text = clean(line.text);
      if (this._seen.has(id) || !text.trim()) continue;
      this._seen.add(id);
      const at = typeof line.at === "number" && line.at > 0 ? line.at * 1000 : Date.now();
      const who = mine ? "me" : line.by === "staff" ? "staff" : "helper";
      const name = who === "staff" ? clean(line.name, 60) : "";
      added.push({ id, who, name, text, at, state: "sent", buttons: buttonsOf(line.buttons), sources: sourcesOf(line.sources) });
      answer ||= Boolean(this._asked) && (line.reply_to === this._asked || id.startsWith(this._asked));
    }
    this.turns.push(...added);
    if (added.length) this._listener.turns(added, answer);
  }

  /** Ask the server to delete everything; what it says it did. Throws where it cannot be reached. */
  async remove(): Promise<{ id: string; noteStays: boolean; held: boolean }> {
    const receipt = objectOf(await this._line.remove());
    return { id: clean(receipt.id, 40), noteStays: listOf(receipt.kept).length > 0, held: receipt.held === true };
  }

  /** See Line. */
  keeping(given: Record<string, boolean> = {}): Promise<Given> {
    return this._line.keeping(given);
  }

  /** See Line. */
  contact(contact: string, when: string): Promise<void> {
    return this._line.contact(contact, when);
  }

  /** Leave at once: no answer is waited for, and nothing stays in this page's memory. */
  leave(): void {
    this._line.removeWithoutWaiting();
    this.stop();
    this.turns = [];
  }

  stop(): void {
    this._over = true;
    clearTimeout(this._timer);
    this._line.close();
  }
}

export function newId(): string {
  // randomUUID is there on secure pages only.
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const MOST = 12;

function buttonsOf(given: unknown): Button[] {
  return listOf(given, MOST)
    .map((one) => ({ title: clean(one.title, 200), payload: typeof one.payload === "string" ? one.payload.slice(0, 500) : "" }))
    .filter((one) => one.title.trim() && one.payload);
}

function sourcesOf(given: unknown): Source[] {
  return listOf(given, MOST * 3)
    .map((one) => ({ title: clean(one.title, 300), publisher: clean(one.publisher, 200), year: clean(String(one.year ?? ""), 10), url: clean(one.url, 500) }))
    .filter((one) => one.title || one.publisher);
}
