/** `npm run bench -- NAME [--quick] [--json] [--keep]`: measures ours and a baseline in one run. With `--json` the last line is one JSON object. */
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { benches } from "./benches.ts";
import { figuresOf, keepFigures, mayKeep } from "./figures/figures.ts";
import { draw } from "./figures/page.ts";
import { type Bench, type BenchResult, type Round, runBench } from "./frame.ts";

/** Instead of a bench: draws what is kept once more. */
const PLOTS = "plots";

/** Every size some bench can be asked for, as an option. */
const sizeOptions = Object.fromEntries(
  benches.flatMap(({ sizes = {} }) => Object.keys(sizes)).map((name) => [name, { type: "string" as const }]),
);

const usage = (): string =>
  [
    "npm run bench -- NAME [--quick] [--json] [--keep] [--SIZE N]",
    `npm run bench -- ${PLOTS}  draws the table and plots of docs/performance.md from what is kept`,
    "",
    "--quick  smaller and fewer rounds; ends within 45 s",
    "--json   the last line is one JSON object: name, our figures, the baseline's, ratio (ours divided by the baseline's)",
    "--keep   every round is kept in docs/figures, whatever came out, and docs/performance.md shows it",
    "",
    ...benches.flatMap(({ name, about, sizes = {} }) => [
      `${name.padEnd(8)} ${about}`,
      ...Object.entries(sizes).map(
        ([size, { about, least, most }]) => `         --${size} N  ${about}; ${least} to ${most}`,
      ),
    ]),
  ].join("\n");

/** The sizes that were asked for; undefined when the bench does not have one, or not so large or small. */
const sizesOf = (bench: Bench, asked: Readonly<Record<string, unknown>>): Record<string, number> | undefined => {
  const sizes: Record<string, number> = {};
  for (const [name, value] of Object.entries(asked)) {
    const size = bench.sizes?.[name];
    const number = Number(value);
    if (size === undefined || !Number.isInteger(number) || number < size.least || number > size.most) return undefined;
    sizes[name] = number;
  }
  return sizes;
};

const written = (figure: number): string => (Math.abs(figure) >= 100 ? figure.toFixed(0) : figure.toPrecision(3));
const line = (side: string, round: Round): string =>
  `${side.padEnd(8)}  ${Object.entries(round)
    .map(([name, figure]) => `${name} ${written(figure)}`)
    .join("  ")}`;

const asJson = ({ name, ours, baseline, also, ...rest }: BenchResult, figure: string): string =>
  JSON.stringify({ name, ...ours, baseline: baseline[figure], baselineFigures: baseline, ...also, ...rest });

const docs = join(import.meta.dirname, "../docs");
const figures = join(docs, "figures");
const off = { type: "boolean", default: false } as const;
const flags = { quick: off, json: off, keep: off };

const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"] as const) process.on(signal, () => ending.abort());

const run = async (args: string[]): Promise<number> => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { ...flags, ...sizeOptions },
  });
  const { quick, json, keep, ...asked } = values;
  if (positionals.join() === PLOTS) {
    await draw(docs);
    return 0;
  }
  const bench = benches.find(({ name }) => name === positionals[0]);
  const sizes = bench === undefined ? undefined : sizesOf(bench, asked);
  if (bench === undefined || sizes === undefined || positionals.length > 1) {
    console.error(usage());
    return 2;
  }
  if (keep && !(await mayKeep(figures, { bench: bench.name, sizes, quick }))) {
    console.error("a full run is kept: a quick one does not take its place");
    return 2;
  }
  console.log(`${bench.name}: ${bench.about}`);
  const result = await runBench(bench, { quick, sizes, signal: ending.signal }, (side, round) =>
    console.log(line(side, round)),
  );
  console.log(
    `\n${[result.note, result.units].filter(Boolean).join("; ")}; medians of ${result.rounds} rounds${Number.isNaN(result.ratio) ? "" : " each, in turns"}; ${result.machine}, ${result.redis.version}, fsync ${result.redis.fsync}`,
  );
  console.log(line("ours", result.ours));
  if (!Number.isNaN(result.ratio)) {
    console.log(line("baseline", result.baseline));
    console.log(`ratio     ${result.ratio.toFixed(2)} (${bench.figure})`);
  }
  for (const [name, { figure, as }] of Object.entries(bench.also ?? {}))
    console.log(`${name} ${result.also[name]?.toFixed(2)} (${as} of ${figure})`);
  if (keep) {
    const file = await keepFigures(figures, figuresOf(result, sizes));
    await draw(docs);
    console.log(`kept in ${relative(process.cwd(), file)}`);
  }
  if (json) console.log(asJson(result, bench.figure));
  return 0;
};

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const wrongOption = error instanceof TypeError && "code" in error;
  console.error(ending.signal.aborted ? "ended" : wrongOption ? `${error.message}\n\n${usage()}` : error);
  process.exitCode = ending.signal.aborted ? 130 : 2;
}
// The channel to the set-up script would keep this process alive.
process.disconnect?.();
