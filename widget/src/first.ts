// What the first screen says: it is there before the rest has come. The other words are in strings.ts.
export const FIRST = Object.freeze({
  language: "en-GB",
  direction: "ltr",
  title: "Mooring",
  kind: "Automated helper, not a person",
  open: "Open the chat",
  close: "Close the chat",
  leave: "Leave now",
  strip: "Help by phone or text",
  danger: "In danger? Call {number}",
  dangerUnknown: "In danger? Call your local emergency number",
  log: "Conversation",
  opening: Object.freeze([
    "People who work for this service may read what you write, and may join in. So may anyone who can see this screen.",
    "To hide this fast, press “Leave now”, or Shift three times, or Escape twice.",
  ]),
  ask: "Write what is on your mind",
  example: "Write here",
  send: "Send",
  you: "You",
  kept: "Not sent yet",
  loading: "The rest is still loading. What you write stays here, and is sent then.",
  stuck: "I cannot be reached right now. If someone will not wake up, breathes badly, has a fit, or may end their life: call {number} now, and stay with them. Helplines for every country:",
});

/** A string with its {placeholders} filled. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}
