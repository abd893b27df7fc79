/** `npm run filter:traces -- PATH …`: how much of recorded chat the filter touches; see HELP. */
import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { baseLists } from "../../server/moderation/filter/base-lists.ts";
import { checkTerms, readLists } from "../../server/moderation/filter/read-lists.ts";
import type { Locale } from "../../shared/locale.ts";
import { type Filter, makeFilter } from "../../shared/moderation/filter.ts";
import { readTrace } from "../replay/trace.ts";
import { HELP, POLICIES, readOptions, type TracesOptions, WrongOptions } from "./options.ts";
import { addTouched, noneTouched, type TouchedBy, touchedBy } from "./touched.ts";

const ENDING = /\.ndjson(\.gz)?$/;

const tracesIn = (path: string): string[] => {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => ENDING.test(name));
  if (names.length === 0) throw new WrongOptions(`there is no trace in ${path}`);
  return names.sort().map((name) => join(path, name));
};

const filterWith = (folder: string | undefined): Filter => {
  const own = folder === undefined ? [] : readLists(folder);
  checkTerms(own);
  return makeFilter([...baseLists(), ...own.map(({ list }) => list)]);
};

const percent = (part: number, whole: number): number => (100 * part) / whole;
const row = (name: string, language: string, lines: number, touched: TouchedBy): string => {
  const cells = POLICIES.map(
    (policy) => `${touched[policy].lines} (${percent(touched[policy].lines, lines).toFixed(2)} %)`,
  );
  return `| ${[name, language, lines, ...cells].join(" | ")} |`;
};

type Sum = { lines: number; touched: TouchedBy };

/** The table, trace by trace; answers what all traces of a language come to. */
const judgeTraces = async (options: TracesOptions, filter: Filter): Promise<ReadonlyMap<Locale, Sum>> => {
  const sums = new Map<Locale, Sum>();
  console.log(`| trace | language | lines | ${POLICIES.join(" | ")} |\n|---|---|---|${"---|".repeat(POLICIES.length)}`);
  for (const file of options.paths.flatMap(tracesIn)) {
    const name = basename(file).replace(ENDING, "");
    const { lines, bad } = await readTrace(file);
    if (bad.length > 0) console.error(`${name}: ${bad.length} lines of another form are left out`);
    if (lines.length === 0) continue;
    for (const speaker of options.speakersOf(name)) {
      const { locale, country } = speaker;
      const touched = touchedBy(
        filter,
        lines.map(({ text }) => text),
        speaker,
      );
      console.log(row(name, country === undefined ? locale : `${locale}, ${country}`, lines.length, touched));
      const sum = sums.get(locale) ?? { lines: 0, touched: noneTouched() };
      sum.lines += lines.length;
      addTouched(sum.touched, touched);
      sums.set(locale, sum);
    }
  }
  if (sums.size === 0) throw new WrongOptions("there is no line in any trace");
  for (const [locale, { lines, touched }] of sums) console.log(row("all", locale, lines, touched));
  return sums;
};

const tellWords = (locale: Locale, touched: TouchedBy, most: number): void => {
  for (const policy of POLICIES) {
    const words = [...touched[policy].words].sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1));
    if (words.length === 0) continue;
    const told = words.slice(0, most).map(([word, times]) => (times === 1 ? word : `${word} × ${times}`));
    const left = words.length - told.length;
    console.log(`\n${locale}, ${policy}: ${told.join(", ")}${left > 0 ? ` and ${left} others` : ""}`);
  }
};

const run = async (args: readonly string[]): Promise<number> => {
  const options = readOptions(args);
  if (options === undefined) {
    console.log(HELP);
    return 0;
  }
  const { limit, policy, words } = options;
  const sums = await judgeTraces(options, filterWith(options.lists));
  if (words > 0) for (const [locale, { touched }] of sums) tellWords(locale, touched, words);
  const above = [...sums].filter(([, { lines, touched }]) => percent(touched[policy].lines, lines) > limit);
  for (const [locale] of above) console.error(`\nin ${locale}, ${policy} touches more than ${limit} % of the lines`);
  return above.length === 0 ? 0 : 1;
};

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  if (error instanceof WrongOptions) console.error(`\n${HELP}`);
  process.exitCode = 2;
}
// The channel to the set-up script would keep this process alive.
process.disconnect?.();
