// The list of helplines and the guides, unpacked as scripts/widget.py packed them.
import restText from "../built/rest.json";
import type { Rest } from "./card.js";

const NUMBER = /[+#]?\d(?:[ .-]?\d)+/;
const dialled = (number: string) => `tel:${number.replace(/[^0-9+*#]/g, "")}`;

export const rest = restText as unknown as Rest;
export const numbers: Record<string, string> = {};
for (const line of Object.values(rest.lines).flat()) {
  for (const way of line.w) {
    const [label, href] = way;
    if (href === undefined) continue;
    if (!href) way[1] = dialled(label);
    if (!label) way[0] = new URL(href).host.replace(/^www\./, "");
    const found = /^(?:tel|sms):/.test(way[1]!) && NUMBER.exec(label);
    if (found) numbers[found[0]] = way[1]!;
  }
}
for (const [number, href] of Object.entries(rest.numbers)) numbers[number] = href || dialled(number);
