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
];

const usage = (): string =>
  [
    "npm run bench -- NAME [--quick] [--json]",
    "",
    "--quick  smaller and fewer rounds; ends within 45 s",
    "--json   the last line is one JSON object: name, our figures, the baseline's, ratio (ours divided by the baseline's)",
    "",
    ...benches.map(({ name, about }) => `${name.padEnd(8)} ${about}`),
  ].join("\n");

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
    options: { quick: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
  });
  const bench = benches.find(({ name }) => name === positionals[0]);
  if (bench === undefined || positionals.length > 1) {
    console.error(usage());
    return 2;
  }
  console.log(`${bench.name}: ${bench.about}`);
  const result = await runBench(bench, { quick: values.quick, signal: ending.signal }, (side, round) =>
    console.log(line(side, round)),
  );
  console.log(`\n${result.note}; medians of ${result.rounds} rounds each, in turns; ${result.machine}`);
  console.log(line("ours", result.ours));
  console.log(line("baseline", result.baseline));
  console.log(`ratio     ${result.ratio.toFixed(2)} (${bench.figure})`);
  for (const [name, { figure, as }] of Object.entries(bench.also ?? {}))
    console.log(`${name} ${result.also[name]?.toFixed(2)} (${as} of ${figure})`);
  if (values.json) console.log(asJson(result, bench.figure));
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
