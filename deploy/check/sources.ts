import { glob, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { parseSync } from "rolldown/utils";

export type Source = { readonly path: string; readonly text: string; readonly program: ReturnType<typeof parseSync> };

const patterns = ["{shared,server,client,web,bench,test,deploy}/**/*.{ts,mts,js,mjs}", "*.ts"];

/** Every source file under the root, parsed; paths with "/" and relative to it. */
export async function readSources(root: string): Promise<Source[]> {
  const sources: Source[] = [];
  for await (const found of glob(patterns, { cwd: root, exclude: (name) => name.includes("node_modules") })) {
    const text = await readFile(join(root, found), "utf8");
    const path = found.split(sep).join("/");
    sources.push({ path, text, program: parseSync(path, text) });
  }
  return sources.sort((a, b) => (a.path < b.path ? -1 : 1));
}
