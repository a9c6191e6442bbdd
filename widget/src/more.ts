// What comes a moment after the first screen: the list of helplines, the guides, the plan, the options.
import type { Line } from "./card.js";
import type { Kit, Sheet, SheetName } from "./chat.js";
import type { Turn } from "./conversation.js";
import { rest } from "./rest.js";

export { numbers } from "./rest.js";

const CALMING = ["breathing", "grounding_54321", "urge_to_use"];
const IN = 4;
const OUT = 6;
const AWAY_LINES = 3;

export function sheet(name: SheetName, kit: Kit, which = ""): Sheet {
  return { options, lines, leaving, breathe, guides, guide, plan, remove, kept, contact }[name](kit, which);
}

// ---- helplines ----------------------------------------------------------------------------------------------------

/** The emergency rule and the first lines, for when the assistant is away. */
export function away(kit: Kit): Node[] {
  const { S, core, h } = kit;
  const found = current(kit.chat.country || "ZZ").filter((line) => kit.chat.country ? line.u : true);
  return [h("ul", { class: "lines" }, ...found.slice(0, AWAY_LINES).map((line) => shown(kit, line))),
    h("p", { class: "note" }, kit.chat.country ? core.places[kit.chat.country]![0] : S.worldwide)];
}

/** Lines whose check is not too old; emergency numbers and the directory stay for ever. */
function current(code: string): Line[] {
  const today = new Date().toISOString().slice(0, 10);
  return (rest.lines[code] ?? []).filter((line) => !line.u || line.u >= today);
}

function shown({ h, link }: Kit, line: Line): HTMLElement {
  const ways = line.w.map(([label, href]) => (href ? link(label.replace(/^Website: /, ""), href, { class: "way" }) : h("span", {}, label)));
  const facts = [line.a, line.h, line.c].filter(Boolean).map((text) => h("span", {}, text));
  return h("li", { class: "line" }, h("strong", {}, line.n), h("span", { class: "facts" }, ...facts), h("span", { class: "ways" }, ...ways));
}

function lines(kit: Kit): Sheet {
  const { S, core, h, link, fill, chat } = kit;
  const list = h("div");
  const choose = chat.chooseCountry("lines-country");
  const show = () => {
    const place = core.places[chat.country];
    const calls: Node[] = [];
    if (place) {
      const [, , ambulance, police] = place;
      if (ambulance) calls.push(link(fill(S.emergency, { number: ambulance }), `tel:${ambulance}`, { class: "danger" }));
      if (police && police !== ambulance) calls.push(link(fill(S.police, { number: police }), `tel:${police}`, { class: "danger" }));
    } else calls.push(h("strong", { class: "danger" }, S.dangerUnknown));
    const sections = [chat.country, "ZZ"].filter(Boolean).map((code) =>
      h("section", {}, h("h3", {}, code === "ZZ" ? S.worldwide : core.places[code]![0]), h("ul", { class: "lines" }, ...current(code).map((line) => shown(kit, line)))));
    list.replaceChildren(h("p", { class: "calls" }, ...calls), ...sections);
  };
  choose.addEventListener("change", show);
  show();
  return { title: S.lines, body: [h("p", { class: "choose" }, h("label", { for: "lines-country" }, S.country), choose), list, h("p", { class: "note" }, S.linesNote), h("p", { class: "note" }, S.linesAway)] };
}

// ---- options ------------------------------------------------------------------------------------------------------

function options(kit: Kit): Sheet {
  const { S, h, button, chat } = kit;
  const choice = (legend: string, names: readonly string[], key: "size" | "theme") =>
    h("fieldset", { class: "set" }, h("legend", {}, legend), ...names.map((name, place) => {
      const radio = h("input", { type: "radio", name: key, id: `${key}${place}`, checked: chat.look[key] === place, onchange: () => {
        chat.look[key] = place;
        chat.paint();
      } });
      return h("label", { for: `${key}${place}` }, radio, name);
    }));
  const tick = (name: string, now: boolean, change: (on: boolean) => void, described?: string) => {
    const box = h("input", { type: "checkbox", checked: now, "aria-describedby": described, onchange: () => change(box.checked) });
    return h("label", { class: "tick" }, box, name);
  };
  const said = h("p", { class: "note", role: "status" });
  const go = (name: string, to: SheetName) => button(name, (event) => chat.open(to, event));
  const copyButton = button(S.copy, () => void copy(written(kit)).then((done) => (said.textContent = done ? S.copied : S.notCopied)));
  return {
    title: S.options,
    body: [
      h("h3", {}, S.tools), h("div", { class: "grid" }, go(S.breathe, "breathe"), go(S.guides, "guides"), go(S.plan, "plan"), go(S.lines, "lines")),
      h("h3", {}, S.talk),
      h("div", { class: "grid" }, copyButton, button(S.print, () => chat.print()),
        button(S.startAgain, () => {
          chat.closeSheet();
          chat.startAgain();
        }, { "aria-describedby": "again" }), go(S.remove, "remove")),
      said, h("p", { class: "note", id: "again" }, `${S.startAgain}: ${S.startAgainText}`),
      h("h3", {}, S.look), choice(S.size, S.sizes, "size"), choice(S.colours, S.themes, "theme"),
      tick(S.contrast, chat.look.contrast, (on) => {
        chat.look.contrast = on;
        chat.paint();
      }),
      tick(S.remember, chat.remembering, (on) => chat.remember(on), "remember"), h("p", { class: "note", id: "remember" }, S.rememberText),
      h("p", {}, button(S.leaving, (event) => chat.open("leaving", event), { class: "inline" })),
    ],
  };
}

function remove({ S, h, button, chat }: Kit): Sheet {
  return { title: S.remove, body: [h("p", {}, S.removeText), h("div", { class: "grid" },
    button(S.removeYes, () => {
      chat.closeSheet();
      void chat.erase();
    }, { class: "sure" }), button(S.removeNo, () => chat.closeSheet()))] };
}

function leaving({ S, h }: Kit): Sheet {
  return { title: S.leaving, body: [h("p", {}, S.leavingDoes), h("h3", {}, S.leavingCannot), h("ul", {}, ...S.leavingList.map((text) => h("li", {}, text))), h("p", {}, S.leavingTip)] };
}

function kept(kit: Kit): Sheet {
  const { S, h, button, chat } = kit;
  const asked = h("section");
  void keeping(kit, asked, {}, "");
  return { title: S.about, body: [...S.kept_.map((text) => h("p", {}, text)), asked, h("p", {}, button(S.remove, (event) => chat.open("remove", event)))] };
}

/** The question whether words may be kept for longer, for whom it is, or what was answered, after noting `given`. */
async function keeping(kit: Kit, place: HTMLElement, given: Record<string, boolean>, said: string): Promise<void> {
  const { S, h, button, fill, chat } = kit;
  const found = await chat.talk.keeping(given).catch(() => null);
  const { consent, may_agree, days, age } = (found ?? {}) as { consent?: string; may_agree?: boolean; days?: number; age?: number };
  const yes = consent === "keep";
  if (found && !yes && !may_agree) return place.replaceChildren();
  const held = { days: days ?? 0, age: age ?? 0, date: new Date().toLocaleString(S.language, { dateStyle: "long", timeStyle: "short" }) };
  const choose = (label: string, keep: boolean, then: string) =>
    button(fill(label, held), () => void keeping(kit, place, { keep, of_age: keep }, fill(then, held)));
  const title = h("h3", { tabindex: "-1" }, S.keepTitle);
  place.replaceChildren(title, h("p", {}, found ? said : S.keepFailed),
    ...(found ? [h("p", {}, fill(yes ? S.keepNow : S.keepAsk, held)), h("div", { class: "grid" },
      yes ? choose(S.keepBack, false, S.keepTaken) : choose(age ? S.keepYesAge : S.keepYes, true, S.keepReceipt), consent === "session" && choose(S.keepNo, false, S.keepRefused))] : []));
  if (said) title.focus();
}

function contact(kit: Kit): Sheet {
  const { S, h, button, chat } = kit;
  const field = (id: string, label: string) => {
    const area = h("textarea", { id, rows: "2", maxlength: "250", autocomplete: "off", spellcheck: "false" });
    return [area, h("div", { class: "field" }, h("label", { for: id }, label), area)] as const;
  };
  const [how, howField] = field("how", S.contactHow);
  const [when, whenField] = field("when", S.contactWhen);
  const agree = h("input", { type: "checkbox" });
  const said = h("p", { role: "status" });
  const send = async () => {
    if (!how.value.trim() || !agree.checked) {
      said.textContent = S.contactMissing;
      return (how.value.trim() ? agree : how).focus();
    }
    try {
      await chat.talk.contact(how.value, when.value);
      how.value = when.value = "";
      said.textContent = S.contactKept;
    } catch (error) {
      said.textContent = (error as { status?: number }).status === 410 ? S.contactClosed : S.contactFailed;
    }
  };
  return { title: S.contact, body: [h("p", {}, S.contactText), howField, whenField, h("label", { class: "tick" }, agree, S.contactAgree),
    h("p", { class: "grid" }, button(S.contactSend, () => void send(), { class: "send" }), button(S.lines, (event) => chat.open("lines", event))), said] };
}

// ---- what was said, on paper and elsewhere ------------------------------------------------------------------------

function written({ S, fill, chat }: Kit): string {
  const as = { me: S.youSaid, helper: S.helperSaid, staff: S.staffSaid };
  return chat.talk.turns.map((turn) => fill(as[turn.who], { text: turn.text })).join("\n\n");
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

export function printed(kit: Kit, turns: Turn[]): void {
  print(kit, kit.chat.host.dataset.title || kit.S.title, turns.length ? written(kit).split("\n\n") : [kit.core.disclosure]);
}

/** Print these words alone, whatever else is on the page. */
function print({ h }: Kit, title: string, paragraphs: string[]): void {
  const page = h("div", { class: "mooring-print", role: "presentation" }, h("h1", {}, title), ...paragraphs.map((text) => h("p", {}, text)));
  document.body.append(page);
  let sheets: CSSStyleSheet[] = [];
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      "@media screen{.mooring-print{display:none!important}}@media print{body>:not(.mooring-print){display:none!important}.mooring-print p{white-space:pre-line;font:12pt/1.5 sans-serif}}",
    );
    sheets = [...document.adoptedStyleSheets];
    document.adoptedStyleSheets = [...sheets, sheet];
  } catch {
    // An old browser prints the page with the words below it.
  }
  window.addEventListener("afterprint", () => {
    page.remove();
    if (sheets.length || document.adoptedStyleSheets?.length) document.adoptedStyleSheets = sheets;
  }, { once: true });
  window.print();
}

// ---- guides -------------------------------------------------------------------------------------------------------

function breathe(kit: Kit): Sheet {
  const { S, h, button, fill, chat } = kit;
  const word = h("p", { class: "phase", "aria-live": "assertive" });
  const count = h("p", { class: "count", "aria-hidden": "true" });
  const circle = h("div", { class: "circle" }, h("div", { class: "ring" }), word, count);
  let timer = 0;
  let second = 0;
  const tick = () => {
    const place = second % (IN + OUT);
    const inward = place < IN;
    if (place === 0 || place === IN) word.textContent = inward ? S.breatheIn : S.breatheOut;
    circle.dataset.phase = inward ? "in" : "out";
    count.textContent = String(inward ? IN - place : IN + OUT - place);
    second++;
    if (second % ((IN + OUT) * 6) === 0) after.textContent = fill(S.breatheDone, { count: second / (IN + OUT) });
  };
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    second = 0;
    delete circle.dataset.phase;
    word.textContent = count.textContent = "";
    toggle.textContent = S.breatheStart;
  };
  const toggle = button(S.breatheStart, () => {
    if (timer) return stop();
    after.textContent = "";
    toggle.textContent = S.breatheStop;
    tick();
    timer = window.setInterval(tick, 1000);
  }, { class: "send" });
  const after = h("p", { role: "status" });
  return {
    title: S.breathe,
    body: [h("p", {}, fill(S.breatheText, { number: chat.number })), circle, h("p", { class: "centre" }, toggle), after, h("p", {}, button(S.guides, (event) => chat.open("guides", event), { class: "inline" }))],
    closed: () => clearInterval(timer),
  };
}

function guides({ S, h, button, chat }: Kit): Sheet {
  const choose = (name: string) => button(rest.guides[name]![0], (event) => chat.open("guide", event, name));
  const aid = Object.keys(rest.guides).filter((name) => !CALMING.includes(name));
  return { title: S.guides, body: [h("div", { class: "grid" }, ...CALMING.filter((name) => rest.guides[name]).map(choose)), h("h3", {}, S.firstAid), h("div", { class: "grid" }, ...aid.map(choose))] };
}

function guide(kit: Kit, name: string): Sheet {
  const { S, h, button, fill, chat } = kit;
  const [title, steps, done] = rest.guides[name]!;
  const filled = (text: string) => fill(text, { emergency_number: chat.number, police_number: chat.number });
  let step = 0;
  const place = h("p", { class: "note" });
  const words = h("p", { class: "step", "aria-live": "polite" });
  const next = button(S.next, () => show(step + 1), { class: "send" });
  const before = button(S.before, () => show(step - 1));
  const show = (wanted: number) => {
    step = wanted > steps.length ? 0 : Math.max(wanted, 0);
    place.textContent = step < steps.length ? fill(S.step, { step: step + 1, count: steps.length }) : "";
    words.textContent = filled(step < steps.length ? steps[step]! : done);
    next.textContent = step < steps.length ? S.next : S.again2;
    before.disabled = step === 0;
  };
  show(0);
  return { title, body: [place, words, h("p", { class: "grid" }, before, next)] };
}

// ---- the plan -----------------------------------------------------------------------------------------------------

function plan(kit: Kit): Sheet {
  const { S, h, button, fill, chat } = kit;
  const said = h("p", { class: "note", role: "status" });
  const fields = S.planFields.map((label, place) => {
    const area = h("textarea", { id: `plan${place}`, rows: "2", autocomplete: "off", spellcheck: "false", oninput: () => (chat.plan[place] = area.value) });
    area.value = chat.plan[place]!;
    return h("div", { class: "field" }, h("label", { for: `plan${place}` }, label), area);
  });
  const text = () =>
    [S.planHead, ...S.planFields.map((label, place) => `${label}\n${chat.plan[place] || "-"}`), fill(S.planEnd, { number: chat.number })].join("\n\n");
  const save = () => {
    const address = URL.createObjectURL(new Blob([text()], { type: "text/plain" }));
    h("a", { href: address, download: S.planFile }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  };
  return {
    title: S.plan,
    body: [h("p", {}, S.planText), ...fields, h("div", { class: "grid" },
      button(S.planSave, save, { class: "send" }),
      button(S.copy, () => void copy(text()).then((done) => (said.textContent = done ? S.copied : S.notCopied))),
      button(S.print, () => print(kit, S.planHead, text().split("\n\n").slice(1)))), said,
      h("p", {}, h("strong", {}, fill(S.planEnd, { number: chat.number })))],
  };
}
