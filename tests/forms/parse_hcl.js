// Reads a JSON string with HCL on each line, and writes what HashiCorp's own parser makes of it.
const readline = require("node:readline");
const { parse } = require("@cdktf/hcl2json");

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const found = await parse("main.tf", JSON.parse(line)).catch((error) => ({ error: String(error) }));
    process.stdout.write(`${JSON.stringify(found)}\n`);
  }
})();
