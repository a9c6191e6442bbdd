// <mooring-chat>: put this script on a page and the element where the chat should be. See widget/README.md.
// This is the first screen alone, so that it is there soon on a slow line: who speaks, whom to call, the way out, and a place to write.
// mooring-chat.js comes a moment later and goes on in the same elements, so nobody loses a word or the keyboard.
import firstText from "../built/first.json";
import type { Chat } from "./chat.js";
import { button, h, link } from "./dom.js";
import { FIRST as S, fill } from "./first.js";
import { forget, goTo, listenForExit } from "./leave.js";
import styles from "./first.css";

// The later files take these from here.
export * from "./dom.js";
export * from "./first.js";
export * from "./leave.js";

export const card = firstText as unknown as { disclosure: string; local: string; numbers: Record<string, string>; anywhere: [string, string, string] };
const NEUTRAL = "https://www.bbc.co.uk/weather";
const beside = (name: string) => new URL(`./${name}`, import.meta.url).href;
let tries = 0;

function load(): Promise<{ Chat: typeof Chat }> {
  // A browser remembers that a module failed, by its address; each try needs another.
  return import(beside(`mooring-chat.js${tries++ ? `?${tries}` : ""}`));
}
// Once the first screen is drawn, since asking takes time from it; a page in the background draws nothing.
let coming = new Promise((done) => {
  requestAnimationFrame(() => setTimeout(done));
  setTimeout(done, 500);
}).then(load);
coming.catch(() => {});

export class MooringChat extends HTMLElement {
  static observedAttributes = ["country", "accent"];

  shell!: HTMLElement;
  panel!: HTMLElement;
  kind!: HTMLElement;
  strip!: HTMLElement;
  log!: HTMLElement;
  opening!: HTMLElement;
  state!: HTMLElement;
  form!: HTMLFormElement;
  words!: HTMLTextAreaElement;
  launch: HTMLButtonElement | null = null;
  /** What was written before there was anybody to send it, in order. */
  early: string[] = [];
  chat: Chat | null = null;
  left = false;
  private _takeKeysAway: () => void = () => {};

  connectedCallback(): void {
    if (this.left) return;
    if (!this.shadowRoot) {
      this._build();
      this._takeOver();
    }
    this._takeKeysAway();
    this._takeKeysAway = listenForExit(() => this.isOpen, () => this.leave());
  }

  disconnectedCallback(): void {
    this._takeKeysAway();
    this.chat?.gone();
  }

  attributeChangedCallback(name: string, _before: string | null, now: string | null): void {
    if (this.chat) this.chat.changed(name, now);
    else if (this.shell) this._fillStrip();
  }

  /** Whether the conversation is on screen. */
  get isOpen(): boolean {
    return !this.launch || !this.panel.hidden;
  }

  get name(): string {
    return this.dataset.title || S.title;
  }

  private _build(): void {
    const root = this.attachShadow({ mode: "open" });
    dress(root, styles);
    // A `title` on an element is a tooltip to the browser; here it names the chat.
    if (this.title) {
      this.dataset.title = this.title;
      this.removeAttribute("title");
    }
    const floating = this.getAttribute("position") !== "page";
    this.kind = h("p", { class: "kind" }, S.kind);
    const head = h("header", {}, h("h2", { tabindex: "-1", id: "name" }, this.name), this.kind, button(S.leave, () => this.leave(), { class: "leave" }),
      floating && button("×", () => this.close(), { class: "icon", "aria-label": S.close }));
    this.strip = h("section", { class: "strip", "aria-label": S.strip });
    this.opening = h("div", { class: "turn helper opening" }, h("p", {}, card.disclosure), ...S.opening.map((text) => h("p", {}, text)));
    this.log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": S.log, tabindex: "0" }, this.opening);
    this.state = h("p", { class: "state", role: "status" });
    this.form = this._form();
    this.panel = h("section", { class: "panel", "aria-labelledby": "name" }, head, this.strip, h("div", { class: "middle" }, this.log), h("div", { class: "status" }, this.state), this.form);
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    this.shell = h("div", { class: `shell ${floating ? "floating" : "inPage"}`, lang: S.language, dir: this.dir || S.direction, part: "shell", "data-theme": dark ? "dark" : "light" }, this.panel);
    if (floating) this._float();
    this._fillStrip();
    root.append(this.shell);
    this._await();
  }

  /** What was written in a field that the page holds for the time before this script. */
  private _takeOver(): void {
    const field = this.querySelector("textarea");
    if (!field) return;
    const focused = document.activeElement === field;
    this.words.value = field.value;
    if (this.launch && (focused || field.value)) this.show();
    // The keyboard on screen stays where the focus goes straight from one field to the other.
    if (focused) this.words.focus();
    field.remove();
    if (this.words.value) this.grow();
  }

  private _float(): void {
    this.launch = button(this.name, () => this.show(), { class: "launch", "aria-label": `${S.open}: ${this.name}`, "aria-expanded": "false" });
    this.panel.hidden = true;
    this.shell.classList.toggle("left", this.getAttribute("position") === "left");
    this.shell.append(this.launch);
    // Nothing of the host page lies above the top layer, and none of its transforms or overflows reach it.
    if ("popover" in HTMLElement.prototype) this.panel.setAttribute("popover", "manual");
  }

  private _form(): HTMLFormElement {
    // No spelling check: some browsers send what is typed to a server for it.
    this.words = h("textarea", {
      id: "words", rows: "1", maxlength: "10000", placeholder: S.example, autocomplete: "off", spellcheck: "false", enterkeyhint: "send",
      oninput: () => this.grow(),
      onkeydown: (event: KeyboardEvent) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        this._send();
      },
    });
    return h("form", { autocomplete: "off", onsubmit: (event: Event) => {
      event.preventDefault();
      this._send();
    } }, h("label", { for: "words" }, S.ask), this.words, h("button", { type: "submit", class: "send" }, S.send));
  }

  private _fillStrip(): void {
    const number = card.numbers[(this.getAttribute("country") ?? "").toUpperCase().split("-")[0]!];
    this.strip.replaceChildren(number ? link(fill(S.danger, { number }), `tel:${number}`, { class: "danger" }) : h("strong", { class: "danger" }, S.dangerUnknown));
  }

  private _send(): void {
    const text = this.words.value.trim();
    if (!text) return this.words.focus();
    this.words.value = "";
    this.grow();
    if (this.chat) return this.chat.talk.say(text);
    this.early.push(text);
    this.log.append(h("div", { class: "turn me early", "data-waiting": true }, h("span", { class: "unseen" }, `${S.you}: `), h("p", { class: "text", dir: "auto" }, text), h("span", { class: "kept" }, S.kept)));
    this.log.scrollTop = this.log.scrollHeight;
    if (!this.state.textContent) this.state.textContent = S.loading;
  }

  /** The field is as high as its words, up to a third of a small screen. */
  grow(): void {
    this.words.style.height = "auto";
    this.words.style.height = `${Math.min(this.words.scrollHeight + 2, 160)}px`;
  }

  private async _await(): Promise<void> {
    try {
      const made = await coming;
      if (!this.left) this.chat = new made.Chat(this);
    } catch {
      const [name, label, href] = card.anywhere;
      this.state.replaceChildren(fill(S.stuck, { number: this.strip.querySelector("a")?.getAttribute("href")?.slice(4) ?? card.local }), " ", link(`${name}, ${label}`, href));
      setTimeout(() => {
        coming = load();
        void this._await();
      }, 5_000 * tries);
    }
  }

  show(): void {
    this.panel.hidden = false;
    if (this.panel.hasAttribute("popover")) this.panel.showPopover();
    this.launch?.setAttribute("aria-expanded", "true");
    this.panel.querySelector<HTMLElement>("h2")?.focus();
  }

  close(): void {
    if (this.panel.hasAttribute("popover")) this.panel.hidePopover();
    this.panel.hidden = true;
    this.launch?.setAttribute("aria-expanded", "false");
    this.launch?.focus();
  }

  /** Leave at once. */
  leave(): void {
    if (this.left) return;
    this.left = true;
    this.chat?.leaving();
    this.early = [];
    forget();
    goTo(this.getAttribute("exit") || NEUTRAL);
  }
}

/** The style: a constructed sheet, which a strict policy allows; where the browser has none, the whole file beside this script. */
export function dress(root: ShadowRoot, text: string): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch {
    if (!root.querySelector("link")) root.append(h("link", { rel: "stylesheet", href: beside("mooring.css") }));
  }
}

if (!customElements.get("mooring-chat")) customElements.define("mooring-chat", MooringChat);
