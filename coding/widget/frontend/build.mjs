// Writes the bundles in ../static and their licences; the same input gives the same bytes on any machine.
import { readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const out = "../static/text_coder.js";
const packages = ["@codemirror/state", "@codemirror/view", "@marijn/find-cluster-break", "crelt", "style-mod", "w3c-keyname"];

const notices = packages.map((name) => {
  const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
  return `${name} ${version}\n\n${readFileSync(`node_modules/${name}/LICENSE`, "utf8").trim()}`;
});
const rule = `\n\n${"-".repeat(72)}\n\n`;
writeFileSync(
  "../static/text_coder.licenses.txt",
  `The file text_coder.js contains these packages.${rule}${notices.join(rule)}\n`,
);

const screens = [
  { entry: "src/index.ts", out, banner: "/* The text coder. Contains CodeMirror and helpers, MIT; see text_coder.licenses.txt. */" },
  { entry: "src/review/index.ts", out: "../static/agreement_review.js", banner: "/* The agreement screen. */" },
  { entry: "src/settle/index.ts", out: "../static/consensus.js", banner: "/* The consensus screen. */" },
  { entry: "src/team/index.ts", out: "../static/team_board.js", banner: "/* The team board. */" },
  { entry: "src/sorting/index.ts", out: "../static/sorting.js", banner: "/* The sorting board. */" },
  { entry: "src/search/index.ts", out: "../static/search.js", banner: "/* The search screen. */" },
];
for (const { entry, out: outfile, banner } of screens) {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "inline",
    loader: { ".css": "text" },
    banner: { js: banner },
  });
}
