// One entry, widget.js, and what it loads a moment later beside it. Run by scripts/widget.py, which writes built/*.json first.
import { build } from "esbuild";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const target = new URL("dist/", import.meta.url).pathname;
rmSync(target, { recursive: true, force: true });
const options = { bundle: true, minify: true, target: ["es2020", "safari14.1"], supported: { destructuring: true }, legalComments: "none", charset: "utf8", logLevel: "warning" };
await build({
  ...options,
  entryPoints: { widget: "src/widget.ts", "mooring-more": "src/more.ts" },
  outdir: target,
  format: "esm",
  plugins: [{ name: "minify-css-text", setup: minifyCssText }],
  external: ["./mooring-more.js"],
});
await build({ ...options, entryPoints: ["src/style.css"], outfile: `${target}mooring.css` });

let whole = 0;
for (const name of readdirSync(target)) {
  const bytes = readFileSync(target + name);
  const small = gzipSync(bytes, { level: 9 });
  writeFileSync(`${target}${name}.gz`, small);
  writeFileSync(`${target}${name}.br`, brotliCompressSync(bytes));
  if (name.endsWith(".js")) whole += small.length;
}
const most = 40_000;
if (whole > most) throw new Error(`the widget is ${whole} bytes gzipped, at most ${most} are allowed: take something out`);

function minifyCssText(setup) {
  setup.onLoad({ filter: /style\.css$/ }, async ({ path }) => {
    if (setup.initialOptions.outfile) return undefined;
    const built = await build({ ...options, entryPoints: [path], write: false });
    return { contents: built.outputFiles[0].text, loader: "text" };
  });
}
