/** `npm run bench -- NAME [--quick] [--json]`: measures ours and a baseline in one run. With `--json` the last line is one JSON object. */
import { parseArgs } from "node:util";
import { burst } from "./burst/burst.ts";
import { bytes } from "./bytes/bytes.ts";
import { fanout } from "./fanout/fanout.ts";
import { flood } from "./flood/flood.ts";
import { type Bench, type BenchResult, type Round, runBench } from "./frame.ts";
import { guilds } from "./guilds/guilds.ts";
import { join } from "./join/join.ts";
import { latency } from "./latency/latency.ts";
import { memory } from "./memory/memory.ts";
import { repair } from "./repair/repair.ts";
import { resume } from "./resume/resume.ts";
import { send } from "./send/send.ts";
import { slow } from "./slow/slow.ts";
import { sockets } from "./sockets/sockets.ts";
import { stadium } from "./stadium/stadium.ts";

const benches: readonly Bench[] = [
  fanout,
  burst,
  send,
  bytes,
  guilds,
  memory,
  join,
  latency,
  flood,
  repair,
  slow,
  resume,
  sockets,
  stadium,
];

/** Every size some bench can be asked for, as an option. */
const sizeOptions = Object.fromEntries(
  benches.flatMap(({ sizes = {} }) => Object.keys(sizes)).map((name) => [name, { type: "string" as const }]),
);

const usage = (): string =>
  [
    "npm run bench -- NAME [--quick] [--json] [--SIZE N]",
    "",
    "--quick  smaller and fewer rounds; ends within 45 s",
    "--json   the last line is one JSON object: name, our figures, the baseline's, ratio (ours divided by the baseline's)",
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

const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"] as const) process.on(signal, () => ending.abort());

const run = async (args: string[]): Promise<number> => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { quick: { type: "boolean", default: false }, json: { type: "boolean", default: false }, ...sizeOptions },
  });
  const { quick, json, ...asked } = values;
  const bench = benches.find(({ name }) => name === positionals[0]);
  const sizes = bench === undefined ? undefined : sizesOf(bench, asked);
  if (bench === undefined || sizes === undefined || positionals.length > 1) {
    console.error(usage());
    return 2;
  }
  console.log(`${bench.name}: ${bench.about}`);
  const result = await runBench(bench, { quick, sizes, signal: ending.signal }, (side, round) =>
    console.log(line(side, round)),
  );
  console.log(
    `\n${result.note}; medians of ${result.rounds} rounds${Number.isNaN(result.ratio) ? "" : " each, in turns"}; ${result.machine}`,
  );
  console.log(line("ours", result.ours));
  if (!Number.isNaN(result.ratio)) {
    console.log(line("baseline", result.baseline));
    console.log(`ratio     ${result.ratio.toFixed(2)} (${bench.figure})`);
  }
  for (const [name, { figure, as }] of Object.entries(bench.also ?? {}))
    console.log(`${name} ${result.also[name]?.toFixed(2)} (${as} of ${figure})`);
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
