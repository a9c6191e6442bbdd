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
import { card, type MooringChat } from "./widget.js";

const core = { ...coreText, ...card } as unknown as Core;
// Buttons that open something of this page's own, so that what is written there does not become part of the conversation.
const OWN: Record<string, SheetName> = { "/flow/leave_contact": "contact", "/guide/safety_plan/0": "plan" };
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

  #away = h("section", { class: "away", hidden: true, "aria-label": S.away, tabindex: "-1" });
  #dots = h("div", { class: "dots", hidden: true, "aria-hidden": "true" }, h("i"), h("i"), h("i"));
  #newBelow = button(S.newBelow, () => this.#toNewest(), { class: "below", hidden: true });
  #sheet = h("dialog", { class: "sheet", "aria-labelledby": "sheet", onclose: () => this.#sheetGone() });
  #sheetClosed: (() => void) | undefined;
  #more: More | null = null;
  #moreTries = 0;
  #day = "";
  #offered = false;
  #reminded = Date.now();
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #painted = () => this.paint();
  #log: HTMLElement;
  #shell: HTMLElement;

  constructor(readonly host: MooringChat) {
    this.#log = host.log;
    this.#shell = host.shell;
    this.#build();
    this.#restore();
    this.#dark.addEventListener("change", this.#painted);
    // The list of helplines comes as soon as the first screen stands, so that it is here when the line is not.
    setTimeout(() => void this.#load(), 0);
  }

  /** The element was taken off its page. */
  gone(): void {
    this.#dark.removeEventListener("change", this.#painted);
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

  get #kit(): Kit {
    return { S, core, h, button, link, fill, chat: this };
  }

  // ---- building -------------------------------------------------------------------------------------------------

  #build(): void {
    const { host } = this;
    addStyle(host.shadowRoot!);
    host.panel.querySelector(".leave")!.before(button(S.options, (event) => this.open("options", event), { class: "quiet", "aria-haspopup": "dialog" }));
    this.#log.after(this.#newBelow);
    host.state.parentElement!.before(this.#away);
    host.state.before(this.#dots);
    host.state.textContent = "";
    this.#shell.append(this.#sheet);
    host.words.addEventListener("input", () => this.talk.warm());
    this.talk = this.#conversation();
    this.setCountry(host.getAttribute("country") ?? "");
    this.#opening();
    this.paint();
  }

  #conversation(): Conversation {
    const talk = new Conversation(this.host.getAttribute("server") || new URL("webhooks/web", import.meta.url).href, {
      turns: (added, answer) => this.#add(added, answer),
      changed: (turn) => this.#mark(turn),
      state: (state) => this.#show(state),
      staff: (name, before) => this.#meet(name, before),
      ended: () => this.#note(S.ended),
      deleted: () => this.#empty(S.removed),
    });
    talk.country = this.country;
    return talk;
  }

  #opening(): void {
    const { opening } = this.host;
    this.#log.append(opening);
    if (opening.querySelector("button")) return;
    opening.append(h("p", {}, button(S.about, (event) => this.open("kept", event), { class: "inline" }), h("br"),
      button(S.leaving, (event) => this.open("leaving", event), { class: "inline" })));
  }

  /** Colours and sizes, as the person, the page and the device want them. */
  paint(): void {
    const theme = ["", "light", "dark"][this.look.theme]!;
    const dark = theme === "dark" || (!theme && this.#dark.matches);
    this.#shell.dataset.theme = dark ? "dark" : "light";
    this.#shell.dataset.size = String(this.look.size);
    this.#shell.toggleAttribute("data-contrast", this.look.contrast);
    const own = this.look.contrast ? {} : accent(this.host.getAttribute("accent") ?? "", dark);
    for (const name of ["--deep", "--on-deep"]) {
      const value = (own as Record<string, string>)[name];
      if (value) this.#shell.style.setProperty(name, value);
      else this.#shell.style.removeProperty(name);
    }
    this.#save();
  }

  // ---- helplines ------------------------------------------------------------------------------------------------

  setCountry(code: string): void {
    const wanted = code.toUpperCase().split("-")[0]!;
    this.country = core.places[wanted] ? wanted : "";
    if (this.talk) this.talk.country = this.country;
    this.#fillStrip();
    this.#fillAway();
    this.#save();
  }

  #fillStrip(): void {
    const place = core.places[this.country];
    const quick = place ? place[4] : core.anywhere;
    const danger = place?.[2]
      ? link(fill(S.danger, { number: place[2] }), `tel:${place[2]}`, { class: "danger" })
      : h("strong", { class: "danger" }, S.dangerUnknown);
    const focused = this.host.shadowRoot?.activeElement?.id === "country";
    const choose = this.chooseCountry("country");
    this.host.strip.replaceChildren(danger, button(S.allLines, (event) => this.open("lines", event), { class: "quiet", "aria-haspopup": "dialog" }), this.#quick(quick), choose);
    if (focused) choose.focus();
  }

  #quick(quick: Quick): Node {
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

  async #load(): Promise<void> {
    if (this.#more) return;
    try {
      // A browser remembers that a module failed, by its address; each try needs another.
      const again = this.#moreTries++ ? `?${this.#moreTries}` : "";
      this.#more = (await import(new URL(`./mooring-more.js${again}`, import.meta.url).href)) as More;
      this.#relink();
      this.#fillAway();
    } catch {
      setTimeout(() => void this.#load(), 5_000 * this.#moreTries);
    }
  }

  /** Replies that came before the list of numbers get their links. */
  #relink(): void {
    for (const turn of this.talk.turns) {
      const shown = this.#log.querySelector(`[data-id="${CSS.escape(turn.id)}"] .text`);
      if (turn.who !== "me") shown?.replaceChildren(...this.#blocks(turn.text));
    }
  }

  // ---- what is said ---------------------------------------------------------------------------------------------

  #add(added: Turn[], answer: boolean): void {
    const log = this.#log;
    const wasBelow = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    if (added.some((turn) => turn.who !== "me") && Date.now() - this.#reminded > REMIND) this.#note(S.reminder);
    const shown = added.map((turn) => {
      this.#divide(turn.at);
      const made = this.#turn(turn);
      log.append(made);
      return made;
    });
    const first = shown[0]!;
    if (added[0]!.who === "me" && added.length === 1) this.#toEnd();
    else if (answer || wasBelow) this.#toStartOf(first);
    else this.#newBelow.hidden = false;
    if (answer && !this.#offered && this.talk.turns.filter((turn) => turn.who === "me").length % OFFER_AFTER === 0) void this.#offer();
    this.#save();
  }

  /** At a quiet moment, once: whether words may be kept for longer. The server knows whether it is one. */
  async #offer(): Promise<void> {
    const { talk } = this;
    const found = await talk.keeping().catch(() => null);
    if (!found?.quiet || this.#offered || talk !== this.talk || talk.state !== "calm") return;
    this.#offered = true;
    this.#log.append(h("p", { class: "event" }, S.keepOffer, " ", button(S.keepLook, (event) => this.open("kept", event), { class: "inline" })));
  }

  /** A long answer is read from its beginning: its first line comes to the top, never the last. */
  #toStartOf(turn: HTMLElement): void {
    const before = turn.previousElementSibling as HTMLElement | null;
    const mine = before?.classList.contains("me") && before.offsetHeight < this.#log.clientHeight / 3 ? before : turn;
    // With little height, as at a large zoom, not the conversation scrolls but all around it.
    if (this.#scrolls) this.#log.scrollTop = mine.offsetTop - this.#log.offsetTop - 8;
    else mine.scrollIntoView({ block: "start" });
  }

  get #scrolls(): boolean {
    return getComputedStyle(this.#log).overflowY !== "visible";
  }

  #toEnd(): void {
    if (this.#scrolls) this.#log.scrollTop = this.#log.scrollHeight;
    else this.#log.lastElementChild?.scrollIntoView({ block: "nearest" });
  }

  #toNewest(): void {
    const turns = this.#log.querySelectorAll<HTMLElement>(".turn");
    this.#newBelow.hidden = true;
    if (turns.length) this.#toStartOf(turns[turns.length - 1]!);
    this.#log.focus({ preventScroll: true });
  }

  #divide(at: number): void {
    const day = new Date(at).toDateString();
    if (day === this.#day) return;
    this.#day = day;
    const today = day === new Date().toDateString();
    const said = new Date(at).toLocaleDateString(S.language, { weekday: "long", day: "numeric", month: "long" });
    this.#log.append(h("p", { class: "day" }, today ? S.today : said));
  }

  #turn(turn: Turn): HTMLElement {
    const who = turn.who === "me" ? S.you : turn.who === "staff" ? turn.name || S.staff : S.helper;
    const made = h("div", { class: `turn ${turn.who}`, "data-id": turn.id }, h("span", { class: turn.who === "staff" ? "who" : "unseen" }, `${who}: `));
    if (turn.who === "me") {
      made.append(h("p", { class: "text", dir: "auto" }, turn.text), h("span", { class: "kept", "aria-hidden": "true" }, S.kept));
      made.toggleAttribute("data-waiting", turn.state === "waiting" && this.talk?.state === "away");
      return made;
    }
    made.append(h("div", { class: "text", dir: "auto" }, ...this.#blocks(turn.text)));
    if (turn.sources.length) made.append(this.#sources(turn));
    const extra = this.#extra(turn);
    if (turn.buttons.length || extra) {
      const choices = turn.buttons.map(({ title, payload }) => {
        const made = button(title, (event) => {
          const own = this.#more && OWN[payload];
          if (own) return this.open(own, event);
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

  #blocks(text: string): HTMLElement[] {
    return blocks(text, this.#more?.numbers ?? {}, core.note);
  }

  /** A step of a guide that can also be done on this device alone. */
  #extra(turn: Turn): HTMLButtonElement | null {
    const guide = turn.buttons.map(({ payload }) => /^\/guide\/(breathing|safety_plan)\/[1-9]/.exec(payload)?.[1]).find(Boolean);
    if (!guide) return null;
    const plan = guide === "safety_plan";
    return button(plan ? S.planForm : S.breathTimer, (event) => this.open(plan ? "plan" : "breathe", event), { class: "here" });
  }

  #sources(turn: Turn): HTMLElement {
    const items = turn.sources.map(({ title, publisher, year, url }) => {
      const named = [title, publisher, year].filter(Boolean).join(", ");
      return h("li", {}, link(named, url.replace(/^http:/, "https:")));
    });
    return h("details", {}, h("summary", {}, fill(S.sources, { count: items.length })), h("ul", {}, ...items));
  }

  #mark(turn: Turn): void {
    this.#log.querySelector(`[data-id="${CSS.escape(turn.id)}"]`)?.toggleAttribute("data-waiting", turn.state === "waiting");
    this.#save();
  }

  #note(text: string): void {
    if (text === S.reminder) this.#reminded = Date.now();
    this.#log.append(h("p", { class: "event" }, text));
  }

  #meet(name: string | null, before: string | null): void {
    this.host.kind.textContent = name === null ? S.kind : S.kindStaff;
    const said = name === null ? S.left : S.joined;
    this.#note(fill(said, { name: name || before || S.someone }));
    this.#toEnd();
    this.#save();
  }

  #show(state: State): void {
    const wasAway = !this.#away.hidden;
    this.#dots.hidden = state !== "writing" && state !== "slow";
    const said: Record<State, string> = {
      calm: wasAway ? S.returned : "", writing: S.writing, slow: S.slow, away: S.away, tooMuch: S.tooMuch, tooLong: S.tooLong, refused: S.refused,
    };
    this.host.state.textContent = said[state];
    this.host.state.classList.toggle("unseen", state === "away");
    const away = state === "away" || state === "refused";
    if (away && !wasAway) {
      this.#fillAway();
      // What waits to be sent stays in sight above the card.
      requestAnimationFrame(() => (this.#log.scrollTop = this.#log.scrollHeight));
    }
    // While it is tried again, the card stays where it is; only an answer takes it away.
    if (away || state === "calm") this.#away.hidden = !away;
    for (const turn of this.talk.turns) if (turn.state === "waiting" && away) this.#mark(turn);
  }

  #fillAway(): void {
    const known = this.#more?.away(this.#kit) ?? [];
    this.#away.replaceChildren(
      h("h3", {}, S.away), h("p", {}, S.awayText), h("p", {}, h("strong", {}, fill(S.awayDo, { number: this.number }))), ...known,
      h("p", { class: "choices" }, button(S.again, () => this.talk.flush(true)), button(S.allLines, (event) => this.open("lines", event)),
        button(S.firstAid, (event) => this.open("guides", event))));
  }

  // ---- sheets ---------------------------------------------------------------------------------------------------

  /** Open one of the sheets over the conversation; the focus returns to where it was when it is closed. */
  open(name: SheetName, _event?: Event, which?: string): void {
    const sheet = this.#more?.sheet(name, this.#kit, which) ?? this.#plainSheet();
    this.#sheetClosed?.();
    this.#sheetClosed = sheet.closed;
    this.#sheet.replaceChildren(
      h("header", {}, h("h2", { id: "sheet", tabindex: "-1" }, sheet.title), button(S.back, () => this.closeSheet(), { class: "quiet" }),
        button(S.leave, () => this.leave(), { class: "leave" })),
      h("div", { class: "body", tabindex: "-1" }, ...sheet.body));
    if (!this.#sheet.open) {
      if (this.#sheet.showModal) this.#sheet.showModal();
      else this.#sheet.setAttribute("open", "");
    }
    this.#sheet.querySelector<HTMLElement>("h2")?.focus();
  }

  closeSheet(): void {
    if (this.#sheet.close) this.#sheet.close();
    else {
      this.#sheet.removeAttribute("open");
      this.#sheetGone();
    }
  }

  #sheetGone(): void {
    this.#sheetClosed?.();
    this.#sheetClosed = undefined;
    this.#sheet.replaceChildren();
  }

  /** What there is to show while the rest has not loaded. */
  #plainSheet(): Sheet {
    void this.#load();
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
    this.#empty(S.started);
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
    this.#empty(said);
  }

  #empty(said: string): void {
    this.talk.stop();
    this.talk = this.#conversation();
    this.#offered = false;
    this.#log.replaceChildren();
    this.#day = "";
    this.host.kind.textContent = S.kind;
    this.#away.hidden = this.#dots.hidden = true;
    this.#newBelow.hidden = true;
    this.#opening();
    this.#log.scrollTop = 0;
    this.#save();
    this.announce(said);
    this.host.words.focus();
  }

  print(): void {
    this.#more?.printed(this.#kit, this.talk.turns);
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
    if (wanted) this.#save();
    else forget();
  }

  #save(): void {
    if (!this.remembering || this.host.left || !this.talk) return;
    remember(JSON.stringify({ ...this.talk.saved(), country: this.country, look: this.look }));
  }

  #restore(): void {
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
      if (turns.length) this.#add(turns, false);
      if (kept.staff !== null) host.kind.textContent = S.kindStaff;
      this.#newBelow.hidden = true;
      this.#log.scrollTop = this.#log.scrollHeight;
      this.paint();
    }
    // What was written while this was on its way.
    for (const shown of this.#log.querySelectorAll(".early")) shown.remove();
    for (const text of host.early.splice(0)) this.talk.say(text);
    if (host.words.value) this.talk.warm();
  }
}

function addStyle(root: ShadowRoot): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch {
    // The first screen has asked for the whole file already.
  }
}
