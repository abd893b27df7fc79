import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { aFolder } from "./a-folder.ts";

const main = join(import.meta.dirname, "../bench/filter-traces/main.ts");
type Ended = Readonly<{ code: number; stdout: string; stderr: string }>;
const traces = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });

const trace = (...texts: string[]): string =>
  texts
    .map((text, at) =>
      JSON.stringify({ at: new Date(Date.UTC(2026, 6, 4, 21, 0, at)).toISOString(), from: "p1", text }),
    )
    .join("\n");

test("[MO28] filter:traces counts what each policy touches in traces, plain and gzipped, and fails above the limit", async () => {
  const calm = Array.from({ length: 96 }, (_, at) => `nos vemos a las ${at % 12}, traigan la computadora`);
  const folder = await aFolder({
    "sala.ndjson": `${trace(...calm, "qué pendejada", "no seas idiota", "qué PENDEJADA otra vez", "indio de mierda")}\nno line\n`,
    "notes.txt": "no trace",
  });
  await writeFile(join(folder, "quarto.ndjson.gz"), gzipSync(trace("bom dia", "vamos com tudo", "que gol", "caralho")));

  const all = await traces(folder, "--as", "es-419/MX", "--as", "quarto=pt-BR/BR", "--limit", "25");
  expect(all).toMatchObject({ code: 0, stderr: expect.stringContaining("sala: 1 lines of another form are left out") });
  expect(all.stdout).toContain("| sala | es-419, MX | 100 | 1 (1.00 %) | 3 (3.00 %) | 4 (4.00 %) |");
  expect(all.stdout).toContain("| quarto | pt-BR, BR | 4 | 0 (0.00 %) | 1 (25.00 %) | 1 (25.00 %) |");
  expect(all.stdout).toContain("| all | es-419 | 100 | 1 (1.00 %) | 3 (3.00 %) | 4 (4.00 %) |");
  expect(all.stdout).toMatch(/es-419, normal: .*pendejada × 2/);
  expect(all.stdout).not.toContain("nos vemos");

  const file = join(folder, "sala.ndjson");
  const [above, lenient, wrong] = await Promise.all([
    traces(file, "--words", "0"),
    traces(file, "--policy", "lenient", "--limit", "1"),
    traces(file, "--as", "sala=es"),
  ]);
  expect(above).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("normal touches more than 0.5 % of the lines"),
  });
  // Of no language, a trace is judged in each.
  expect(above.stdout.match(/^\| sala \|/gm)).toHaveLength(3);
  expect(above.stdout).not.toContain("pendejada");
  expect(lenient.code).toBe(0);
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("npm run filter:traces") });
});
