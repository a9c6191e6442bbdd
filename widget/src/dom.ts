// Everything on screen is made here, from text and elements. Nothing is ever parsed as HTML, so Trusted Types have nothing to guard.

export type Child = Node | string | null | undefined | false;
type Props = Record<string, unknown>;

/** Make an element. `on…` properties become listeners, `class`, `role`, `aria-*` and `data-*` attributes; false and null are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value as EventListener);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((one): one is Node | string => one !== null && one !== undefined && one !== false));
  return made;
}

export function button(label: string, press: (event: MouseEvent) => void, props: Props = {}): HTMLButtonElement {
  return h("button", { type: "button", onclick: press, ...props }, label);
}

/** A link to call, text or open; anything that is not tel:, sms: or https: stays plain text. */
export function link(label: string, href: string, props: Props = {}): HTMLElement {
  if (!/^(?:tel:[+#*\d]|sms:[+\d]|https:\/\/[^\s/])/i.test(href)) return h("span", {}, label);
  const away = href.startsWith("https:");
  return h("a", { href, ...(away ? { target: "_blank", rel: "noopener noreferrer" } : {}), ...props }, label);
}
