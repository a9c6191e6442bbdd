// What is on screen, and how it answers to fingers, keys and ears, once the first screen stands.
import coreText from "../built/core.json";
import { accent } from "./colours.js";
import { Conversation, type Saved, type State, type Turn } from "./conversation.js";
import type { Core, Quick } from "./card.js";
import { button, h, link } from "./dom.js";
import { fill } from "./first.js";
import { forget, remember, remembered } from "./leave.js";
import { STRINGS as S } from "./strings.js";
import styles from "./style.css";
import { blocks } from "./text.js";
import { card, dress, type MooringChat } from "./widget.js";

const core = { ...coreText, ...card } as unknown as Core;
const OFFER_AFTER = 3; // messages
const REMIND = 3 * 3600_000;

export interface Look {
  size: number;
  theme: number;
  contrast: boolean;
}
export type SheetName = "options" | "lines" | "leaving" | "breathe" | "guides" | "guide" | "plan" | "remove" | "kept" | "contact";

/** What mooring-more.js needs of this file. */
export interface Kit {
  S: typeof S;
  core: Core;
  h: typeof h;
  button: typeof button;
  link: typeof link;
  fill: typeof fill;
  chat: Chat;
}
export interface Sheet {
  title: string;
  body: (Node | string)[];
  closed?: () => void;
}
interface More {
  numbers: Record<string, string>;
  sheet(name: SheetName, kit: Kit, which?: string): Sheet;
  away(kit: Kit): Node[];
  printed(kit: Kit, turns: Turn[]): void;
}

/** Goes on where the first screen (widget.ts) is, in its elements. */
export class Chat {
  country = "";
  look: Look = { size: 0, theme: 0, contrast: false };
  remembering = false;
  readonly plan: string[] = S.planFields.map(() => "");
  talk!: Conversation;

  private _away = h("section", { class: "away", hidden: true, "aria-label": S.away, tabindex: "-1" });
  private _dots = h("div", { class: "dots", hidden: true, "aria-hidden": "true" }, h("i"), h("i"), h("i"));
  private _newBelow = button(S.newBelow, () => this._toNewest(), { class: "below", hidden: true });
  private _sheet = h("dialog", { class: "sheet", "aria-labelledby": "sheet", onclose: () => this._sheetGone() });
  private _sheetClosed: (() => void) | undefined;
  private _more: More | null = null;
  private _moreTries = 0;
  private _day = "";
  private _offered = false;
  private _reminded = Date.now();
  private _dark = matchMedia("(prefers-color-scheme: dark)");
  private _painted = () => this.paint();
  private _log: HTMLElement;
  private _shell: HTMLElement;

  constructor(readonly host: MooringChat) {
    this._log = host.log;
    this._shell = host.shell;
    this._build();
    this._restore();
    this._dark.addEventListener("change", this._painted);
    // The list of helplines comes as soon as the first screen stands, so that it is here when the line is not.
    setTimeout(() => void this._load(), 0);
  }

  /** The element was taken off its page. */
  gone(): void {
    this._dark.removeEventListener("change", this._painted);
  }

  /** An attribute of the element has another value. */
  changed(name: string, now: string | null): void {
    if (name === "country") this.setCountry(now ?? "");
    else this.paint();
  }

  /** The number to call in danger, in words where the country is not known. */
  get number(): string {
    return core.places[this.country]?.[2] ?? core.local;
  }

  private get _kit(): Kit {
    return { S, core, h, button, link, fill, chat: this };
  }

  // ---- building -------------------------------------------------------------------------------------------------

  private _build(): void {
    const { host } = this;
    dress(host.shadowRoot!, styles);
    host.panel.querySelector(".leave")!.before(button(S.options, (event) => this.open("options", event), { class: "quiet", "aria-haspopup": "dialog" }));
    this._log.after(this._newBelow);
    host.state.parentElement!.before(this._away);
    host.state.before(this._dots);
    host.state.textContent = "";
    this._shell.append(this._sheet);
    host.words.addEventListener("input", () => this.talk.warm());
    this.talk = this._conversation();
    this.setCountry(host.getAttribute("country") ?? "");
    this._opening();
    this.paint();
  }

  private _conversation(): Conversation {
    const talk = new Conversation(this.host.getAttribute("server") || new URL("webhooks/web", import.meta.url).href, {
      turns: (added, answer) => this._add(added, answer),
      changed: (turn) => this._mark(turn),
      state: (state) => this._show(state),
      staff: (name, before) => this._meet(name, before),
      ended: () => this._note(S.ended),
      deleted: () => this._empty(S.removed),
    });
    talk.country = this.country;
    return talk;
  }

  private _opening(): void {
    const { opening } = this.host;
    this._log.append(opening);
    if (opening.querySelector("button")) return;
    opening.append(h("p", {}, button(S.about, (event) => this.open("kept", event), { class: "inline" }), h("br"),
      button(S.leaving, (event) => this.open("leaving", event), { class: "inline" })));
  }

  /** Colours and sizes, as the person, the page and the device want them. */
  paint(): void {
    const theme = ["", "light", "dark"][this.look.theme]!;
    const dark = theme === "dark" || (!theme && this._dark.matches);
    this._shell.dataset.theme = dark ? "dark" : "light";
    this._shell.dataset.size = String(this.look.size);
    this._shell.toggleAttribute("data-contrast", this.look.contrast);
    const own = this.look.contrast ? {} : accent(this.host.getAttribute("accent") ?? "", dark);
    for (const name of ["--deep", "--on-deep"]) {
      const value = (own as Record<string, string>)[name];
      if (value) this._shell.style.setProperty(name, value);
      else this._shell.style.removeProperty(name);
    }
    this._save();
  }

  // ---- helplines ------------------------------------------------------------------------------------------------

  setCountry(code: string): void {
    const wanted = code.toUpperCase().split("-")[0]!;
    this.country = core.places[wanted] ? wanted : "";
    if (this.talk) this.talk.country = this.country;
    this._fillStrip();
    this._fillAway();
    this._save();
  }

  private _fillStrip(): void {
    const place = core.places[this.country];
    const quick = place ? place[4] : core.anywhere;
    const danger = place?.[2]
      ? link(fill(S.danger, { number: place[2] }), `tel:${place[2]}`, { class: "danger" })
      : h("strong", { class: "danger" }, S.dangerUnknown);
    const focused = this.host.shadowRoot?.activeElement?.id === "country";
    const choose = this.chooseCountry("country");
    this.host.strip.replaceChildren(danger, button(S.allLines, (event) => this.open("lines", event), { class: "quiet", "aria-haspopup": "dialog" }), this._quick(quick), choose);
    if (focused) choose.focus();
  }

  private _quick(quick: Quick): Node {
    if (!quick) return document.createTextNode("");
    const [name, label, href] = quick;
    return h("span", { class: "quick" }, href.startsWith("https:") ? null : h("span", {}, name.replace(/ \(.*\)$/, "")), link(label.replace(/^Website: /, ""), href, { class: "way", "aria-label": `${name}: ${label}` }));
  }

  /** A list of countries that sets this chat's. */
  chooseCountry(id: string): HTMLSelectElement {
    const choose = h("select", { id, "aria-label": S.country, onchange: () => this.setCountry(choose.value) }, h("option", { value: "" }, S.countryUnknown));
    for (const [code, [name, called]] of Object.entries(core.places)) {
      // "UK" is still read where "United Kingdom" and "United States" are both cut short to "United".
      if (code !== "EU") choose.append(h("option", { value: code, selected: code === this.country }, called.length < 8 ? called.replace("the ", "") : name));
    }
    return choose;
  }

  private async _load(): Promise<void> {
    if (this._more) return;
    try {
      // A browser remembers that a module failed, by its address; each try needs another.
      const again = this._moreTries++ ? `?${this._moreTries}` : "";
      this._more = (await import(new URL(`./mooring-more.js${again}`, import.meta.url).href)) as More;
      this._relink();
      this._fillAway();
    } catch {
      setTimeout(() => void this._load(), 5_000 * this._moreTries);
    }
  }

  /** Replies that came before the list of numbers get their links. */
  private _relink(): void {
    for (const turn of this.talk.turns) {
      const shown = this._log.querySelector(`[data-id="${CSS.escape(turn.id)}"] .text`);
      if (turn.who !== "me") shown?.replaceChildren(...this._blocks(turn.text));
    }
  }

  // ---- what is said ---------------------------------------------------------------------------------------------

  private _add(added: Turn[], answer: boolean): void {
    const log = this._log;
    const wasBelow = this._below;
    if (added.some((turn) => turn.who !== "me") && Date.now() - this._reminded > REMIND) this._note(S.reminder);
    const shown = added.map((turn) => {
      this._divide(turn.at);
      const made = this._turn(turn);
      log.append(made);
      return made;
    });
    const first = shown[0]!;
    if (added[0]!.who === "me" && added.length === 1) this._toEnd();
    else if (answer || wasBelow) this._toStartOf(first);
    else this._newBelow.hidden = false;
    if (answer && !this._offered && this.talk.turns.filter((turn) => turn.who === "me").length % OFFER_AFTER === 0) void this._offer();
    this._save();
  }

  /** At a quiet moment, once: whether words may be kept for longer. The server knows whether it is one. */
  private async _offer(): Promise<void> {
    const { talk } = this;
    const found = await talk.keeping().catch(() => null);
    if (!found?.quiet || this._offered || talk !== this.talk || talk.state !== "calm") return;
    this._offered = true;
    this._log.append(h("p", { class: "event" }, S.keepOffer, " ", button(S.keepLook, (event) => this.open("kept", event), { class: "inline" })));
  }

  /** A long answer is read from its beginning: its first line comes to the top, never the last. */
  private _toStartOf(turn: HTMLElement): void {
    const before = turn.previousElementSibling as HTMLElement | null;
    const mine = before?.classList.contains("me") && before.offsetHeight < this._log.clientHeight / 3 ? before : turn;
    // With little height, as at a large zoom, not the conversation scrolls but all around it.
    if (this._scrolls) this._log.scrollTop = mine.offsetTop - this._log.offsetTop - 8;
    else mine.scrollIntoView({ block: "start" });
  }

  private get _below(): boolean {
    return this._log.scrollHeight - this._log.scrollTop - this._log.clientHeight < 80;
  }

  private get _scrolls(): boolean {
    return getComputedStyle(this._log).overflowY !== "visible";
  }

  private _toEnd(): void {
    if (this._scrolls) this._log.scrollTop = this._log.scrollHeight;
    else this._log.lastElementChild?.scrollIntoView({ block: "nearest" });
  }

  private _toNewest(): void {
    const turns = this._log.querySelectorAll<HTMLElement>(".turn");
    this._newBelow.hidden = true;
    if (turns.length) this._toStartOf(turns[turns.length - 1]!);
    this._log.focus({ preventScroll: true });
  }

  private _divide(at: number): void {
    const day = new Date(at).toDateString();
    if (day === this._day) return;
    this._day = day;
    const today = day === new Date().toDateString();
    const said = new Date(at).toLocaleDateString(S.language, { weekday: "long", day: "numeric", month: "long" });
    this._log.append(h("p", { class: "day" }, today ? S.today : said));
  }

  private _turn(turn: Turn): HTMLElement {
    const who = turn.who === "me" ? S.you : turn.who === "staff" ? turn.name || S.staff : S.helper;
    const made = h("div", { class: `turn ${turn.who}`, "data-id": turn.id }, h("span", { class: turn.who === "staff" ? "who" : "unseen" }, `${who}: `));
    if (turn.who === "me") {
      made.append(h("p", { class: "text", dir: "auto" }, turn.text), h("span", { class: "kept", "aria-hidden": "true" }, S.kept));
      made.toggleAttribute("data-waiting", turn.state === "waiting" && this.talk?.state === "away");
      return made;
    }
    made.append(h("div", { class: "text", dir: "auto" }, ...this._blocks(turn.text)));
    if (turn.sources.length) made.append(this._sources(turn));
    const extra = this._extra(turn);
    if (turn.buttons.length || extra) {
      const choices = turn.buttons.map(({ title, payload }) => {
        const own = ownPlace(payload);
        const made = button(own && INSIDE_PLAN.test(payload) ? S.planForm : title, (event) => {
          // Where the rest has not come, the server says what to do instead; it never asks for the plan itself.
          if (own && this._more) return this.open(own, event);
          if (made.getAttribute("aria-disabled") === "true") return;
          made.setAttribute("aria-disabled", "true");
          this.talk.say(title, payload);
        }, { dir: "auto" });
        return made;
      });
      made.append(h("div", { class: "choices" }, ...choices, extra));
    }
    return made;
  }

  private _blocks(text: string): HTMLElement[] {
    return blocks(text, this._more?.numbers ?? {}, core.note);
  }

  /** A step of a guide that can also be done on this device alone. */
  private _extra(turn: Turn): HTMLButtonElement | null {
    if (!turn.buttons.some(({ payload }) => /^\/guide\/breathing\/[1-9]/.test(payload))) return null;
    return button(S.breathTimer, (event) => this.open("breathe", event), { class: "here" });
  }

  private _sources(turn: Turn): HTMLElement {
    const items = turn.sources.map(({ title, publisher, year, url }) => {
      const named = [title, publisher, year].filter(Boolean).join(", ");
      return h("li", {}, link(named, url.replace(/^http:/, "https:")));
    });
    return h("details", {}, h("summary", {}, fill(S.sources, { count: items.length })), h("ul", {}, ...items));
  }

  private _mark(turn: Turn): void {
    this._log.querySelector(`[data-id="${CSS.escape(turn.id)}"]`)?.toggleAttribute("data-waiting", turn.state === "waiting");
    this._save();
  }

  private _note(text: string): void {
    if (text === S.reminder) this._reminded = Date.now();
    this._log.append(h("p", { class: "event" }, text));
  }

  private _meet(name: string | null, before: string | null): void {
    this.host.kind.textContent = name === null ? S.kind : S.kindStaff;
    const said = name === null ? S.left : S.joined;
    this._note(fill(said, { name: name || before || S.someone }));
    this._toEnd();
    this._save();
  }

  private _show(state: State): void {
    const wasAway = !this._away.hidden;
    const below = this._below;
    this._dots.hidden = state !== "writing" && state !== "slow";
    const said: Record<State, string> = {
      calm: wasAway ? S.returned : "", writing: S.writing, slow: S.slow, away: S.away, tooMuch: S.tooMuch, tooLong: S.tooLong, refused: S.refused,
    };
    this.host.state.textContent = said[state];
    this.host.state.classList.toggle("unseen", state === "away");
    const away = state === "away" || state === "refused";
    // The line of words takes room from the conversation: its end stays in sight.
    if (below && state === "writing" && this._scrolls) this._log.scrollTop = this._log.scrollHeight;
    if (away && !wasAway) {
      this._fillAway();
      // What waits to be sent stays in sight above the card.
      requestAnimationFrame(() => (this._log.scrollTop = this._log.scrollHeight));
    }
    // While it is tried again, the card stays where it is; only an answer takes it away.
    if (away || state === "calm") this._away.hidden = !away;
    for (const turn of this.talk.turns) if (turn.state === "waiting" && away) this._mark(turn);
  }

  private _fillAway(): void {
    const known = this._more?.away(this._kit) ?? [];
    this._away.replaceChildren(
      h("h3", {}, S.away), h("p", {}, S.awayText), h("p", {}, h("strong", {}, fill(S.awayDo, { number: this.number }))), ...known,
      h("p", { class: "choices" }, button(S.again, () => this.talk.flush(true)), button(S.allLines, (event) => this.open("lines", event)),
        button(S.firstAid, (event) => this.open("guides", event))));
  }

  // ---- sheets ---------------------------------------------------------------------------------------------------

  /** Open one of the sheets over the conversation; the focus returns to where it was when it is closed. */
  open(name: SheetName, _event?: Event, which?: string): void {
    const sheet = this._more?.sheet(name, this._kit, which) ?? this._plainSheet();
    this._sheetClosed?.();
    this._sheetClosed = sheet.closed;
    this._sheet.replaceChildren(
      h("header", {}, h("h2", { id: "sheet", tabindex: "-1" }, sheet.title), button(S.back, () => this.closeSheet(), { class: "quiet" }),
        button(S.leave, () => this.leave(), { class: "leave" })),
      h("div", { class: "body", tabindex: "-1" }, ...sheet.body));
    if (!this._sheet.open) {
      if (this._sheet.showModal) this._sheet.showModal();
      else this._sheet.setAttribute("open", "");
    }
    this._sheet.querySelector<HTMLElement>("h2")?.focus();
  }

  closeSheet(): void {
    if (this._sheet.close) this._sheet.close();
    else {
      this._sheet.removeAttribute("open");
      this._sheetGone();
    }
  }

  private _sheetGone(): void {
    this._sheetClosed?.();
    this._sheetClosed = undefined;
    this._sheet.replaceChildren();
  }

  /** What there is to show while the rest has not loaded. */
  private _plainSheet(): Sheet {
    void this._load();
    const [name, label, href] = core.anywhere!;
    return { title: S.lines, body: [h("p", {}, h("strong", {}, fill(S.danger, { number: this.number }))), h("p", {}, S.noLines), h("p", {}, link(`${name}, ${label}`, href))] };
  }

  // ---- doing ----------------------------------------------------------------------------------------------------

  /** Say something in the line that screen readers read out. */
  announce(text: string): void {
    this.host.state.classList.remove("unseen");
    this.host.state.textContent = text;
  }

  startAgain(): void {
    this._empty(S.started);
  }

  /** Delete here and on the server. */
  async erase(): Promise<void> {
    let said: string = S.notRemoved;
    try {
      const receipt = await this.talk.remove();
      said = receipt.held ? S.removedHeld : receipt.noteStays ? S.removedNote : S.removed;
      if (receipt.id) said += ` ${fill(S.receipt, { id: receipt.id })}`;
    } catch {
      // The person is told; what is on this screen goes all the same.
    }
    this._empty(said);
  }

  private _empty(said: string): void {
    this.talk.stop();
    this.talk = this._conversation();
    this._offered = false;
    this._log.replaceChildren();
    this._day = "";
    this.host.kind.textContent = S.kind;
    this._away.hidden = this._dots.hidden = true;
    this._newBelow.hidden = true;
    this._opening();
    this._log.scrollTop = 0;
    this._save();
    this.announce(said);
    this.host.words.focus();
  }

  print(): void {
    this._more?.printed(this._kit, this.talk.turns);
  }

  leave(): void {
    this.host.leave();
  }

  /** The page goes away at once: the server is asked to delete, and nothing stays in this page's memory. */
  leaving(): void {
    this.talk.leave();
    this.plan.fill("");
  }

  // ---- remembering ----------------------------------------------------------------------------------------------

  remember(wanted: boolean): void {
    this.remembering = wanted;
    if (wanted) this._save();
    else forget();
  }

  private _save(): void {
    if (!this.remembering || this.host.left || !this.talk) return;
    remember(JSON.stringify({ ...this.talk.saved(), country: this.country, look: this.look }));
  }

  private _restore(): void {
    const { host } = this;
    let kept: (Saved & { country: string; look: Look }) | null = null;
    try {
      kept = JSON.parse(remembered() ?? "null");
    } catch {
      forget();
    }
    if (kept) {
      this.remembering = true;
      this.look = kept.look;
      this.setCountry(kept.country);
      const turns = kept.turns;
      this.talk.restore(kept);
      if (turns.length) this._add(turns, false);
      if (kept.staff !== null) host.kind.textContent = S.kindStaff;
      this._newBelow.hidden = true;
      this._log.scrollTop = this._log.scrollHeight;
      this.paint();
    }
    // What was written while this was on its way.
    for (const shown of this._log.querySelectorAll(".early")) shown.remove();
    for (const text of host.early.splice(0)) this.talk.say(text);
    if (host.words.value) this.talk.warm();
  }
}

const INSIDE_PLAN = /^\/guide\/safety_plan\/[1-9]/;

/** What a button opens on this page instead of sending, so that what is written there is no part of the conversation. */
function ownPlace(payload: string): SheetName | null {
  return payload === "/flow/leave_contact" ? "contact" : /^\/(?:flow\/safety_plan$|guide\/safety_plan\/)/.test(payload) ? "plan" : null;
}
