// widget.js is the first screen; it loads mooring-chat.js, and that mooring-more.js. Run by scripts/widget.py, which writes built/*.json first.
import { build } from "esbuild";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const target = new URL("dist/", import.meta.url).pathname;
rmSync(target, { recursive: true, force: true });
// Private members begin with _: a browser of 2020 has no #private, and what stands in for it is slow and long.
const options = { bundle: true, minify: true, mangleProps: /^_[a-z]/, target: ["es2020", "safari14.1"], supported: { destructuring: true }, legalComments: "none", charset: "utf8", logLevel: "warning" };
await build({
  ...options,
  entryPoints: { widget: "src/widget.ts", "mooring-chat": "src/chat.ts", "mooring-more": "src/more.ts" },
  outdir: target,
  format: "esm",
  plugins: [{ name: "minify-css-text", setup: minifyCssText }, { name: "shared", setup: takeFromFirst }],
});
const whole_style = readFileSync("src/first.css", "utf8") + readFileSync("src/style.css", "utf8");
await build({ ...options, stdin: { contents: whole_style, loader: "css" }, outfile: `${target}mooring.css` });

let whole = 0;
const sizes = {};
for (const name of readdirSync(target)) {
  const bytes = readFileSync(target + name);
  const small = gzipSync(bytes, { level: 9 });
  writeFileSync(`${target}${name}.gz`, small);
  writeFileSync(`${target}${name}.br`, brotliCompressSync(bytes));
  sizes[name] = small.length;
  if (name.endsWith(".js")) whole += small.length;
}
const most = 40_000;
const most_first = 6_000;
if (sizes["widget.js"] > most_first) throw new Error(`the first screen is ${sizes["widget.js"]} bytes gzipped, at most ${most_first} are allowed: let the rest come later`);
if (whole > most) throw new Error(`the widget is ${whole} bytes gzipped, at most ${most} are allowed: take something out`);

function minifyCssText(setup) {
  setup.onLoad({ filter: /(first|style)\.css$/ }, async ({ path }) => {
    if (setup.initialOptions.outfile) return undefined;
    const built = await build({ ...options, entryPoints: [path], write: false });
    return { contents: built.outputFiles[0].text, loader: "text" };
  });
}

/** What the first screen holds already, the later files take from there and do not hold again. */
function takeFromFirst(setup) {
  const held = ["./dom.js", "./first.js", "./leave.js", "./widget.js"];
  setup.onResolve({ filter: /^\.\/\w+\.js$/ }, ({ path, importer }) =>
    held.includes(path) && !importer.endsWith("/widget.ts") && !held.includes(`./${importer.split("/").pop().replace(/\.ts$/, ".js")}`) ? { path: "./widget.js", external: true } : undefined);
}
