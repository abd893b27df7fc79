import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A temporary folder with these files (path to text); it goes with the test. */
export async function aFolder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gremio-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await putFiles(folder, files);
  return folder;
}

/** Writes files into a folder; scripts (beginning with #!) may be run. */
export async function putFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
  }
}
