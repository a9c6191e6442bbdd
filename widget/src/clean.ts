// Characters that could turn round or hide a number: other controls and the marks that override writing direction.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u2060\u202a-\u202e\u2066-\u2069\ufeff]/g;
const LONGEST = 20_000;

/** Text from elsewhere as it may be shown: a string, of a bearable length, without unseen characters. */
export function clean(text: unknown, longest = LONGEST): string {
  return typeof text === "string" ? text.slice(0, longest).replace(UNSEEN, "") : "";
}
