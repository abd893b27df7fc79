/** `npm run filter:diff -- FOLDER [TEXTS.ndjson] [--from FOLDER]`: what other lists would change; see USAGE. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";
import { LOCALES } from "../../../shared/locale.ts";
import { type Filter, makeFilter } from "../../../shared/moderation/filter.ts";
import { countrySchema, type FilterList } from "../../../shared/moderation/filter-list.ts";
import { baseLists } from "./base-lists.ts";
import { listDifference } from "./list-difference.ts";
import { checkTerms, readLists } from "./read-lists.ts";

const USAGE = `npm run filter:diff -- FOLDER [TEXTS.ndjson] [--from FOLDER]

Tells what the lists in FOLDER add to, take from and change of those in force (Gremio's alone, or with --from those
of another folder), and which lines of TEXTS.ndjson ({"text", "country"?, "locale"?} each) are judged differently.`;

const lineSchema = z.object({
  text: z.string(),
  country: countrySchema.optional(),
  locale: z.enum(LOCALES).optional(),
});
type Line = z.infer<typeof lineSchema>;

const FIXTURES = join(import.meta.dirname, "../../../test/fixtures/moderation");
/** Their lines are kept from whoever writes lists, so that they measure them. */
const HELD_OUT = ["insults.held-out.ndjson", "innocent.held-out.ndjson"];
const SHOWN = ["insults.dev.ndjson", "innocent.dev.ndjson"];

const listsOf = (folder: string | undefined): readonly FilterList[] => {
  if (folder === undefined) return [];
  const files = readLists(folder);
  checkTerms(files);
  return files.map(({ list }) => list);
};

const verdictOf = (filter: Filter, { text, country, locale }: Line): string => {
  const speaker = { locale: locale ?? (country === "BR" ? "pt-BR" : "es-419"), country } as const;
  const [normal, strict] = (["normal", "strict"] as const).map(
    (strictness) => filter.judge(text, { ...speaker, strictness }).verdict,
  );
  return `${normal} (strict: ${strict})`;
};

const changedLines = (file: string, before: Filter, after: Filter): string[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .flatMap((written, index) => {
      if (written.trim() === "") return [];
      const line = lineSchema.parse(JSON.parse(written));
      const [was, is] = [verdictOf(before, line), verdictOf(after, line)];
      return was === is ? [] : [`  ${index + 1}: ${was} -> ${is}: ${line.text}`];
    });

const run = (args: readonly string[]): void => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { from: { type: "string" } },
  });
  const [folder, texts] = positionals;
  if (folder === undefined) throw new Error(USAGE);
  const base = baseLists();
  const [was, is] = [
    [...base, ...listsOf(values.from)],
    [...base, ...listsOf(folder)],
  ];
  const difference = listDifference(was, is);
  for (const [kind, terms] of Object.entries(difference)) {
    console.log(`${kind}: ${terms.length}`);
    for (const term of terms) console.log(`  ${term}`);
  }
  const [before, after] = [makeFilter(was), makeFilter(is)];
  const files = [...(texts === undefined ? [] : [texts]), ...SHOWN.map((name) => join(FIXTURES, name))];
  for (const file of files.filter(existsSync)) {
    const lines = changedLines(file, before, after);
    console.log(`${file}: ${lines.length} judged differently`);
    for (const line of lines) console.log(line);
  }
  for (const file of HELD_OUT.map((name) => join(FIXTURES, name)).filter(existsSync))
    console.log(`${file}: ${changedLines(file, before, after).length} judged differently`);
};

try {
  run(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
// The channel to the set-up script would keep this process alive.
process.disconnect?.();
