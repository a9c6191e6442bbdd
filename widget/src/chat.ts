// The element: what is on screen, and how it answers to fingers, keys and ears.
import coreText from "../built/core.json";
import { accent } from "./colours.js";
import { Conversation, type Saved, type State, type Turn } from "./conversation.js";
import type { Core, Quick, Rest } from "./card.js";
import { button, h, link } from "./dom.js";
import { goTo, listenForExit } from "./leave.js";
import { fill, STRINGS as S } from "./strings.js";
import styles from "./style.css";
import { blocks } from "./text.js";

const core = coreText as unknown as Core;
const KEPT = "mooring-chat";
const NEUTRAL = "https://www.bbc.co.uk/weather";
const REMIND = 3 * 3600_000;

export interface Look {
  size: number;
  theme: number;
  contrast: boolean;
}
export type SheetName = "options" | "lines" | "leaving" | "breathe" | "guides" | "guide" | "plan" | "remove" | "kept";

/** What mooring-more.js needs of this file. */
export interface Kit {
  S: typeof S;
  core: Core;
  h: typeof h;
  button: typeof button;
  link: typeof link;
  fill: typeof fill;
  chat: MooringChat;
}
export interface Sheet {
  title: string;
  body: (Node | string)[];
  closed?: () => void;
}
interface More {
  rest: Rest;
  sheet(name: SheetName, kit: Kit, which?: string): Sheet;
  away(kit: Kit): Node[];
  printed(kit: Kit, turns: Turn[]): void;
}

export class MooringChat extends HTMLElement {
  static observedAttributes = ["country", "accent"];

  country = "";
  look: Look = { size: 0, theme: 0, contrast: false };
  remembering = false;
  readonly plan: string[] = S.planFields.map(() => "");
  talk!: Conversation;

  #shell!: HTMLElement;
  #panel!: HTMLElement;
  #log!: HTMLElement;
  #strip!: HTMLElement;
  #state!: HTMLElement;
  #dots!: HTMLElement;
  #away!: HTMLElement;
  #kind!: HTMLElement;
  #words!: HTMLTextAreaElement;
  #newBelow!: HTMLButtonElement;
  #launch: HTMLButtonElement | null = null;
  #sheet!: HTMLDialogElement;
  #sheetClosed: (() => void) | undefined;
  #more: More | null = null;
  #moreTries = 0;
  #day = "";
  #reminded = Date.now();
  #takeKeysAway: () => void = () => {};
  #left = false;
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #painted = () => this.paint();

  connectedCallback(): void {
    if (this.#left || this.shadowRoot) return;
    this.#build();
    this.#restore();
    this.#takeKeysAway = listenForExit(() => this.isOpen, () => this.leave());
    this.#dark.addEventListener("change", this.#painted);
    // The list of helplines comes as soon as the first screen stands, so that it is here when the line is not.
    setTimeout(() => void this.#load(), 0);
  }

  disconnectedCallback(): void {
    this.#takeKeysAway();
    this.#dark.removeEventListener("change", this.#painted);
  }

  attributeChangedCallback(name: string, _before: string | null, now: string | null): void {
    if (!this.#shell) return;
    if (name === "country") this.setCountry(now ?? "");
    else this.paint();
  }

  /** Whether the conversation is on screen. */
  get isOpen(): boolean {
    return !this.#launch || !this.#panel.hidden;
  }

  get #title(): string {
    return this.dataset.title || S.title;
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
    const root = this.attachShadow({ mode: "open" });
    dress(root);
    // A `title` on an element is a tooltip to the browser; here it names the chat.
    if (this.title) {
      this.dataset.title = this.title;
      this.removeAttribute("title");
    }
    const floating = this.getAttribute("position") !== "page";
    this.#kind = h("p", { class: "kind" }, S.kind);
    const close = floating ? button("×", () => this.#close(), { class: "icon", "aria-label": S.close }) : null;
    const head = h("header", {},
      h("h2", { tabindex: "-1", id: "name" }, this.#title), this.#kind,
      button(S.options, (event) => this.open("options", event), { class: "quiet", "aria-haspopup": "dialog" }),
      button(S.leave, () => this.leave(), { class: "leave" }),
      close);
    this.#strip = h("section", { class: "strip", "aria-label": S.strip });
    this.#log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": S.log, tabindex: "0" });
    this.#newBelow = button(S.newBelow, () => this.#toNewest(), { class: "below", hidden: true });
    this.#dots = h("div", { class: "dots", hidden: true, "aria-hidden": "true" }, h("i"), h("i"), h("i"));
    this.#state = h("p", { class: "state", role: "status" });
    this.#away = h("section", { class: "away", hidden: true, "aria-label": S.away, tabindex: "-1" });
    this.#sheet = h("dialog", { class: "sheet", "aria-labelledby": "sheet", onclose: () => this.#sheetGone() });
    this.#panel = h("section", { class: "panel", "aria-labelledby": "name" },
      head, this.#strip, h("div", { class: "middle" }, this.#log, this.#newBelow), this.#away,
      h("div", { class: "status" }, this.#dots, this.#state), this.#form());
    this.#shell = h("div", { class: `shell ${floating ? "floating" : "inPage"}`, lang: S.language, dir: this.dir || S.direction, part: "shell" },
      this.#panel, this.#sheet);
    if (floating) this.#float();
    root.append(this.#shell);
    this.setCountry(this.getAttribute("country") ?? "");
    this.talk = this.#conversation();
    this.#opening();
    this.paint();
  }

  #float(): void {
    this.#launch = button(this.#title, () => this.show(), { class: "launch", "aria-label": `${S.open}: ${this.#title}`, "aria-expanded": "false" });
    this.#panel.hidden = true;
    this.#shell.classList.toggle("left", this.getAttribute("position") === "left");
    this.#shell.append(this.#launch);
    // Nothing of the host page lies above the top layer, and none of its transforms or overflows reach it.
    if ("popover" in HTMLElement.prototype) this.#panel.setAttribute("popover", "manual");
  }

  #form(): HTMLFormElement {
    // No spelling check: some browsers send what is typed to a server for it.
    this.#words = h("textarea", {
      id: "words", rows: "1", maxlength: "10000", placeholder: S.example, autocomplete: "off", spellcheck: "false", enterkeyhint: "send",
      oninput: () => {
        this.talk.warm();
        this.#grow();
      },
      onkeydown: (event: KeyboardEvent) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        this.#send();
      },
    });
    return h("form", { autocomplete: "off", onsubmit: (event: Event) => {
      event.preventDefault();
      this.#send();
    } }, h("label", { for: "words" }, S.ask), this.#words, h("button", { type: "submit", class: "send" }, S.send));
  }

  #conversation(): Conversation {
    const talk = new Conversation(this.getAttribute("server") || new URL("webhooks/web", import.meta.url).href, {
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
    this.#log.append(h("div", { class: "turn helper opening" },
      h("p", {}, core.disclosure), ...S.opening.map((text) => h("p", {}, text)),
      h("p", {}, button(S.about, (event) => this.open("kept", event), { class: "inline" }), h("br"),
        button(S.leaving, (event) => this.open("leaving", event), { class: "inline" }))));
  }

  /** Colours and sizes, as the person, the page and the device want them. */
  paint(): void {
    const theme = ["", "light", "dark"][this.look.theme]!;
    const dark = theme === "dark" || (!theme && this.#dark.matches);
    this.#shell.dataset.theme = dark ? "dark" : "light";
    this.#shell.dataset.size = String(this.look.size);
    this.#shell.toggleAttribute("data-contrast", this.look.contrast);
    const own = this.look.contrast ? {} : accent(this.getAttribute("accent") ?? "", dark);
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
    const focused = this.shadowRoot?.activeElement?.id === "country";
    const choose = this.chooseCountry("country");
    this.#strip.replaceChildren(danger, button(S.allLines, (event) => this.open("lines", event), { class: "quiet", "aria-haspopup": "dialog" }), this.#quick(quick), choose);
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
    for (const [code, [name]] of Object.entries(core.places)) {
      if (code !== "EU") choose.append(h("option", { value: code, selected: code === this.country }, name));
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

  #send(): void {
    const text = this.#words.value.trim();
    if (!text) return this.#words.focus();
    this.#words.value = "";
    this.#grow();
    this.talk.say(text);
  }

  #grow(): void {
    this.#words.style.height = "auto";
    this.#words.style.height = `${Math.min(this.#words.scrollHeight + 2, 160)}px`;
  }

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
    if (added[0]!.who === "me" && added.length === 1) log.scrollTop = log.scrollHeight;
    else if (answer || wasBelow) this.#toStartOf(first);
    else this.#newBelow.hidden = false;
    this.#save();
  }

  /** A long answer is read from its beginning: its first line comes to the top, never the last. */
  #toStartOf(turn: HTMLElement): void {
    const before = turn.previousElementSibling as HTMLElement | null;
    const mine = before?.classList.contains("me") && before.offsetHeight < this.#log.clientHeight / 3 ? before : turn;
    this.#log.scrollTop = mine.offsetTop - this.#log.offsetTop - 8;
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
        const made = button(title, () => {
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
    return blocks(text, this.#more?.rest.numbers ?? {}, core.note);
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
    this.#kind.textContent = name === null ? S.kind : S.kindStaff;
    const said = name === null ? S.left : S.joined;
    this.#note(fill(said, { name: name || before || S.someone }));
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#save();
  }

  #show(state: State): void {
    const wasAway = !this.#away.hidden;
    this.#dots.hidden = state !== "writing" && state !== "slow";
    const said: Record<State, string> = {
      calm: wasAway ? S.returned : "", writing: S.writing, slow: S.slow, away: S.away, tooMuch: S.tooMuch, tooLong: S.tooLong, refused: S.refused,
    };
    this.#state.textContent = said[state];
    this.#state.classList.toggle("unseen", state === "away");
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
    if (!this.#away) return;
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

  show(): void {
    this.#panel.hidden = false;
    if (this.#panel.hasAttribute("popover")) this.#panel.showPopover();
    this.#launch?.setAttribute("aria-expanded", "true");
    this.#panel.querySelector<HTMLElement>("h2")?.focus();
  }

  #close(): void {
    if (this.#panel.hasAttribute("popover")) this.#panel.hidePopover();
    this.#panel.hidden = true;
    this.#launch?.setAttribute("aria-expanded", "false");
    this.#launch?.focus();
  }

  /** Say something in the line that screen readers read out. */
  announce(text: string): void {
    this.#state.classList.remove("unseen");
    this.#state.textContent = text;
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
    this.#log.replaceChildren();
    this.#day = "";
    this.#kind.textContent = S.kind;
    this.#away.hidden = this.#dots.hidden = true;
    this.#newBelow.hidden = true;
    this.#opening();
    this.#log.scrollTop = 0;
    this.#save();
    this.announce(said);
    this.#words.focus();
  }

  print(): void {
    this.#more?.printed(this.#kit, this.talk.turns);
  }

  /** Leave at once. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.talk.leave();
    forget();
    goTo(this.getAttribute("exit") || NEUTRAL);
  }

  // ---- remembering ----------------------------------------------------------------------------------------------

  remember(wanted: boolean): void {
    this.remembering = wanted;
    if (wanted) this.#save();
    else forget();
  }

  #save(): void {
    if (!this.remembering || this.#left || !this.talk) return;
    try {
      sessionStorage.setItem(KEPT, JSON.stringify({ ...this.talk.saved(), country: this.country, look: this.look }));
    } catch {
      // A browser may allow no storage, or be full: then nothing is remembered.
    }
  }

  #restore(): void {
    let kept: (Saved & { country: string; look: Look }) | null = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    } catch {
      return;
    }
    if (!kept) return;
    this.remembering = true;
    this.look = kept.look;
    this.setCountry(kept.country);
    const turns = kept.turns;
    this.talk.restore(kept);
    if (turns.length) this.#add(turns, false);
    if (kept.staff !== null) this.#kind.textContent = S.kindStaff;
    this.#newBelow.hidden = true;
    this.#log.scrollTop = this.#log.scrollHeight;
    this.paint();
  }
}

function forget(): void {
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // Where there is no storage there is nothing to forget.
  }
}

/** The style: a constructed sheet, which a strict policy allows; where the browser has none, the file beside this script. */
function dress(root: ShadowRoot): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.append(h("link", { rel: "stylesheet", href: new URL("./mooring.css", import.meta.url).href }));
  }
}
