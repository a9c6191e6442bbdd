// A reply's text as paragraphs, lists and links. Only numbers of the register become links, so a wrong one cannot be tapped by mistake.
import { h, link } from "./dom.js";

export type Numbers = Record<string, string>;

const LINE = /^([^:\n]{1,90}): (.+)$/;
const SHORT = 5;
// A short number is also a page, an amount or a year; it is a link only where the words just before it say to call or text.
const CALLED = /(?:call|ring|dial|phone|text|\bon|\bto|\bor|:)\s*(?:the\s)?$/i;

/** The text, in blocks. `note` is how the small print begins. */
export function blocks(text: string, numbers: Numbers, note: string): HTMLElement[] {
  const made: HTMLElement[] = [];
  for (const part of text.split(/\n\s*\n/)) {
    let list: HTMLElement | null = null;
    let lines: string[] = [];
    const flush = () => {
      if (lines.length) made.push(h("p", { class: note && lines[0]!.startsWith(note) ? "note" : null }, ...linked(lines.join("\n"), numbers)));
      lines = [];
    };
    for (const line of part.split("\n")) {
      const item = /^\s*[•*-]\s+(.*)$/.exec(line);
      if (!item) {
        list = null;
        if (line.trim()) lines.push(line.trim());
        continue;
      }
      flush();
      if (!list) made.push((list = h("ul")));
      list.append(entry(item[1]!, numbers));
    }
    flush();
  }
  return made;
}

/** One item of a list; "Name: what · Call … · Free" is a helpline, with its name in bold and its ways as buttons. */
function entry(text: string, numbers: Numbers): HTMLElement {
  const found = LINE.exec(text);
  if (!found || !found[2]!.includes(" · ")) return h("li", {}, ...linked(text, numbers));
  const ways: HTMLElement[] = [];
  const facts: Node[] = [];
  for (const part of found[2]!.split(" · ")) {
    const nodes = linked(part, numbers);
    const only = nodes.find((node): node is HTMLAnchorElement => node instanceof HTMLAnchorElement);
    // The whole part is the link's name: "Text SHOUT to 85258" says more than its number.
    if (only && part.length < 90) ways.push(link(part.replace("https://", "").replace(/\/$/, ""), only.href, { class: "way" }));
    else facts.push(h("span", {}, ...nodes));
  }
  return h("li", { class: "line" }, h("strong", {}, found[1]!), h("span", { class: "facts" }, ...facts), h("span", { class: "ways" }, ...ways));
}

/** The text with its web addresses and known numbers as links. */
export function linked(text: string, numbers: Numbers): Node[] {
  const made: Node[] = [];
  const pattern = /https:\/\/[^\s<>"'·]+|#\d{4}(?!\d)|\+?\d[\d\s().-]*\d/g;
  let from = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const before = text.slice(0, match.index);
    const found = match[0].startsWith("https:") ? address(match[0]) : number(match[0], before, numbers);
    if (!found) continue;
    made.push(document.createTextNode(text.slice(from, match.index)), link(found[0], found[1]));
    from = match.index + found[0].length;
    pattern.lastIndex = from;
  }
  made.push(document.createTextNode(text.slice(from)));
  return made;
}

function address(written: string): [string, string] {
  const trimmed = written.replace(/[.,;:!?)\]]+$/, "");
  return [trimmed, trimmed];
}

function number(written: string, before: string, numbers: Numbers): [string, string] | null {
  let trimmed = written.trim();
  // "Call 999. 2 minutes later" is read as one run of digits: take away from its end until a number is left.
  while (trimmed && !Object.prototype.hasOwnProperty.call(numbers, trimmed)) trimmed = /[.()-]$/.test(trimmed) ? trimmed.slice(0, -1) : trimmed.replace(/(?:\s+|^)\S+$/, "");
  const href = trimmed && numbers[trimmed];
  if (!href || /[\d+]$/.test(before)) return null;
  if (trimmed.length <= SHORT && !CALLED.test(before)) return null;
  const word = /\btext\s+(?:(?:the word\s+)?["“]?([\w]{2,12})["”]?\s+to\s+)?$/i.exec(before);
  if (!word) return [trimmed, href];
  const digits = trimmed.replace(/[^\d+]/g, "");
  return [trimmed, `sms:${digits}${word[1] && word[1] !== "your" ? `?&body=${encodeURIComponent(word[1])}` : ""}`];
}
