// Leaving at once: the keys for it, and what is left of the page.

const SHIFTS = 3;
const SHIFT_PAUSE = 1_500;
const ESCAPES = 2;
const ESCAPE_PAUSE = 1_000;

/** Call `leave` on Shift three times or Escape twice, with no other key in between. Returns what takes the keys away again. */
export function listenForExit(wanted: () => boolean, leave: () => void): () => void {
  let key = "";
  let count = 0;
  let last = 0;
  const press = (event: KeyboardEvent) => {
    // Holding a key repeats it; that is one press.
    if (event.repeat || event.isComposing) return;
    const pause = event.key === "Shift" ? SHIFT_PAUSE : ESCAPE_PAUSE;
    count = event.key === key && event.timeStamp - last < pause ? count + 1 : 1;
    key = event.key;
    last = event.timeStamp;
    const enough = (key === "Shift" && count === SHIFTS) || (key === "Escape" && count === ESCAPES);
    if (enough && wanted()) {
      event.preventDefault();
      leave();
    }
  };
  window.addEventListener("keydown", press, true);
  return () => window.removeEventListener("keydown", press, true);
}

const KEPT = "mooring-chat";

/** What this tab remembers of the conversation, where the person wished it; null where a browser has no storage, or nothing is there. */
export function remembered(): string | null {
  try {
    return sessionStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/** Remember it. A browser may allow no storage, or be full: then nothing is remembered. */
export function remember(text: string): void {
  try {
    sessionStorage.setItem(KEPT, text);
  } catch {
    return;
  }
}

export function forget(): void {
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // Where there is no storage there is nothing to forget.
  }
}

/** Blank the page and put another in its place in the history. */
export function goTo(address: string): void {
  document.title = "\u200e";
  document.documentElement.style.background = "#fff";
  document.body.replaceChildren();
  // A browser may bring a page back from memory as it was; then it must be blank and go on leaving.
  window.addEventListener("pageshow", (event) => event.persisted && location.replace(address));
  location.replace(address);
}
