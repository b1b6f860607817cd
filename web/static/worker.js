// Python in a worker: it loads once, and then answers questions.

import { loadPyodide } from "./pyodide/pyodide.mjs";

const FOLDER = "/home/pyodide";

async function load() {
  const [pyodide, packed] = await Promise.all([
    loadPyodide({ indexURL: new URL("pyodide/", import.meta.url).href }),
    fetch(new URL("imsquery.zip", import.meta.url)).then((response) => response.arrayBuffer()),
  ]);
  pyodide.unpackArchive(packed, "zip", { extractDir: FOLDER });
  return pyodide.pyimport("sample_answers").ask;
}

const loaded = load();

addEventListener("message", async ({ data: { number, name, question } }) => {
  try {
    const ask = await loaded;
    postMessage({ number, answer: JSON.parse(ask(name, JSON.stringify(question))) });
  } catch (error) {
    postMessage({ number, message: String(error.message).trim().split("\n").at(-1) });
  }
});
