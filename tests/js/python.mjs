// What Python says, as JSON: the package's own functions, which those of the browser are held against.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);

/** What the last line of `code`, an expression, is worth. The environment's Python runs it, or the one that PYTHON names. */
export function python(code) {
  const lines = code.trim().split("\n"), last = lines.pop();
  const program = process.env.PYTHON ?? fileURLToPath(new URL(".venv/bin/python", ROOT));
  const said = execFileSync(program, ["-c", ["import json", ...lines, `print(json.dumps(${last}))`].join("\n")], { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 26 });
  return JSON.parse(said);
}
