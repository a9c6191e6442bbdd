// A site's own accent colour, taken only as far as people can still read it.

type Rgb = [number, number, number];

const ENOUGH = 4.6;

/** The custom properties for an accent such as "#7a2e5d"; none where it is no such colour. */
export function accent(given: string, dark: boolean): Record<string, string> {
  const found = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(given.trim());
  if (!found) return {};
  let colour = found.slice(1).map((part) => parseInt(part, 16)) as Rgb;
  const paper: Rgb = dark ? [18, 25, 26] : [250, 246, 239];
  const away = dark ? 255 : 0;
  for (let step = 0; step < 20 && contrast(colour, paper) < ENOUGH; step++) colour = colour.map((part) => Math.round(part + (away - part) * 0.12)) as Rgb;
  const on: Rgb = contrast(colour, [255, 255, 255]) >= ENOUGH ? [255, 255, 255] : [12, 22, 21];
  return { "--deep": `rgb(${colour.join(" ")})`, "--on-deep": `rgb(${on.join(" ")})` };
}

function contrast(one: Rgb, other: Rgb): number {
  const [light, dim] = [brightness(one), brightness(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dim + 0.05);
}

function brightness(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
