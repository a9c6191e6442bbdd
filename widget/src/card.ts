// What scripts/widget.py compiles from data/: see there.
export type Quick = [name: string, label: string, href: string] | null;
export interface Core {
  disclosure: string;
  local: string;
  note: string;
  places: Record<string, [name: string, called: string, ambulance: string | null, police: string | null, quick: Quick]>;
  anywhere: Quick;
}
export interface Line {
  n: string;
  a?: string;
  w: [label: string, href?: string][];
  h?: string;
  c?: string;
  u?: string;
}
export interface Rest {
  lines: Record<string, Line[]>;
  numbers: Record<string, string | 0>;
  guides: Record<string, [title: string, steps: string[], done: string]>;
}
