/** `npm run check`: format and lint, types, one-way imports, rules against tests; all of them, even when one fails. */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { importProblems } from "./check/imports.ts";
import { ruleProblems } from "./check/rules.ts";
import { readSources } from "./check/sources.ts";

type Step = { readonly name: string; problems(root: string): Promise<string> };

const bin = (name: string) => join(import.meta.dirname, "..", "node_modules", ".bin", name);

/** What a tool prints when it fails; nothing when it is content. */
function complaints(root: string, command: string, ...args: string[]): Promise<string> {
  return new Promise((resolve) => {
    const tool = spawn(command, args, { cwd: root, shell: process.platform === "win32" });
    const said: string[] = [];
    for (const output of [tool.stdout, tool.stderr]) output.setEncoding("utf8").on("data", (text) => said.push(text));
    tool.on("error", (error) => resolve(error.message));
    tool.on("close", (code) => resolve(code === 0 ? "" : said.join("").trimEnd() || `${command} ended with ${code}`));
  });
}

/** So that only what a change concerns is looked at again. */
const INCREMENTAL = ["--incremental", "--tsBuildInfoFile", ".data/types.tsbuildinfo"];

const steps: readonly Step[] = [
  { name: "format and lint", problems: (root) => complaints(root, bin("biome"), "check", "--error-on-warnings", ".") },
  { name: "types", problems: (root) => complaints(root, bin("tsc"), "--noEmit", "-p", ".", ...INCREMENTAL) },
  { name: "one-way imports", problems: async (root) => importProblems(await readSources(root)).join("\n") },
  {
    name: "rules against tests",
    problems: async (root) =>
      ruleProblems(await readFile(join(root, "docs/spec.md"), "utf8"), await readSources(root)).join("\n"),
  },
];

export type Counted = { readonly passed: number; readonly failed: number };

export async function check(root: string): Promise<Counted> {
  let failed = 0;
  for (const { name, problems } of steps) {
    const began = performance.now();
    const found = await problems(root).catch((error: unknown) => String(error));
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${found === "" ? "pass" : "FAIL"}  ${name} (${seconds} s)`);
    if (found !== "") console.log(found.replace(/^/gm, "      "));
    if (found !== "") failed++;
  }
  return { passed: steps.length - failed, failed };
}

if (import.meta.main) {
  const { failed } = await check(process.argv[2] ?? process.cwd());
  process.exitCode = failed === 0 ? 0 : 1;
}
