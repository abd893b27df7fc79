/** `npm run lab`: our rules of pushing against those of others, on simulated players; see `--help`. */
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { readTrace } from "../replay/trace.ts";
import { runLab } from "./lab.ts";
import { HELP, type LabCommand, readOptions, WrongOptions } from "./options.ts";
import { OUR_SETTINGS } from "./our-settings.ts";
import { BASELINES } from "./policies/all.ts";
import { oracle } from "./policies/oracle.ts";
import { makeOurs } from "./policies/ours.ts";
import { makeProgressLine } from "./progress-line.ts";
import { reportOf } from "./report.ts";
import { makeSynthetic } from "./synthetic.ts";
import { tableOf } from "./table.ts";
import { makeTraceWorld } from "./trace-world.ts";
import { reachesGoal, verdictsOf } from "./verdicts.ts";
import type { World } from "./world.ts";

const RESAMPLES = 300;

const worldsOf = ({ trace, seed, seeds, guilds, largest, days }: LabCommand): (() => Promise<World> | World)[] => {
  const all = Array.from({ length: seeds }, (_, index) => seed + index);
  if (trace.length === 0) return all.map((own) => () => makeSynthetic({ seed: own, guilds, days, largest }));
  return all.flatMap((own) =>
    trace.map(({ file, zone }) => async () => {
      const { lines, bad } = await readTrace(file);
      if (bad.length > 0) console.error(`${file}: ${bad.length} lines of another form are left out`);
      if (lines.length === 0) throw new WrongOptions(`there is no message in ${file}`);
      return makeTraceWorld(lines, { name: basename(file).replace(/\.ndjson(\.gz)?$/, ""), seed: own, days, zone });
    }),
  );
};

const run = async (args: readonly string[]): Promise<number> => {
  const options = readOptions(args);
  if (options === undefined) {
    console.log(HELP);
    return 0;
  }
  const { noise: noises, seed, out } = options;
  const progress = makeProgressLine(process.stderr);
  const policies = [makeOurs({ ...OUR_SETTINGS, policy: options.policy }), ...BASELINES, oracle];
  const result = await runLab({ worlds: worldsOf(options), noises, resamples: RESAMPLES, seed, policies, progress });
  const command = [
    "npm run lab --",
    ...args.filter((arg, place) => arg !== "--out" && args[place - 1] !== "--out"),
  ].join(" ");
  for (const at of result.atNoise) console.log(`\nNoise ${Math.round(100 * at.noise)} %\n${tableOf(at)}`);
  const judged = result.atNoise.find(({ noise }) => noise === 0.2);
  if (judged !== undefined) {
    const { wins, losses } = verdictsOf(judged);
    console.log(
      `\nWhere ours loses:\n${losses.map((line) => `- ${line}`).join("\n") || "- nowhere in what is measured here"}`,
    );
    console.log(`\nWhere it is better:\n${wins.map((line) => `- ${line}`).join("\n")}`);
  }
  const file = resolve(out);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, reportOf(result, command));
  console.log(`\nReport: ${file}`);
  return judged === undefined || reachesGoal(judged) ? 0 : 1;
};

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const expected = error instanceof WrongOptions || (error instanceof Error && "syscall" in error);
  console.error(expected ? `${error.message}\n\n${HELP}` : error);
  process.exitCode = 2;
}
// The channel to the set-up script would keep this process alive.
process.disconnect?.();
