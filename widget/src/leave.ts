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

/** Blank the page and put another in its place in the history. */
export function goTo(address: string): void {
  document.title = "\u200e";
  document.documentElement.style.background = "#fff";
  document.body.replaceChildren();
  // A browser may bring a page back from memory as it was; then it must be blank and go on leaving.
  window.addEventListener("pageshow", (event) => event.persisted && location.replace(address));
  location.replace(address);
}
