// Bundle CodeMirror into one file, and collect the licences of what is in it:
//
//     npm ci && npm run build [FOLDER]
//
// FOLDER is where the files go: by default, where the page has them.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] ?? join(here, "../imsquery/server/page/assets");

const made = await build({
  absWorkingDir: here,
  entryPoints: ["codemirror.mjs"],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none", // all licences are in a file of their own
  metafile: true,
  write: false,
});

// What is in the bundle: the packages whose code is.
const packages = [
  ...new Set(
    Object.values(made.metafile.outputs)
      .flatMap((output) => Object.entries(output.inputs))
      .filter(([, part]) => part.bytesInOutput > 0)
      .map(([path]) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1])
      .filter(Boolean),
  ),
].sort();

const licences = packages.map((name) => {
  const root = join(here, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const file = readdirSync(root).find((each) => /^licen[cs]e/i.test(each));
  if (!file || !existsSync(join(root, file))) throw new Error(`${name} has no licence`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(root, file), "utf8").trim()}\n`;
});

writeFileSync(join(folder, "codemirror.js"), made.outputFiles[0].contents);
writeFileSync(join(folder, "codemirror.licenses.txt"), licences.join(`\n${"-".repeat(72)}\n\n`));
