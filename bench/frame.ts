import { inWords, thisMachine } from "./machine.ts";
import type { RedisServer } from "./studio/redis-facts.ts";

/** Figures of one round, by name. All rounds of a side have the same names. */
export type Round = Readonly<Record<string, number>>;

/** `sizes`: those that were asked for, by name; see `Bench.sizes`. */
export type BenchOptions = { quick: boolean; signal: AbortSignal; sizes?: Readonly<Record<string, number>> };

/** A size that can be asked for: a whole number. */
export type Size = { readonly about: string; readonly least: number; readonly most: number };

/** Ours divided by the baseline's, or how much more ours is. */
export type Comparison = { readonly figure: string; readonly as: "ratio" | "difference" };

/** One measurement against a baseline. */
export type Bench = {
  readonly name: string;
  /** What is measured, and against what, in one line. */
  readonly about: string;
  /** The figure that is compared. Of work done more is better; of time, processor time and memory less. */
  readonly figure: string;
  /** Further figures that are compared, by the name of the comparison. */
  readonly also?: Readonly<Record<string, Comparison>>;
  /** What can be asked for, by the name of the option. */
  readonly sizes?: Readonly<Record<string, Size>>;
  /** A round takes so long that there is one, and none before it to warm up. */
  readonly isOnce?: true;
  /** Starts everything both sides need. It must not take longer than 15 s with `quick`. */
  setUp(options: BenchOptions): Promise<Sides>;
};

/** Both sides, ready to run. */
export type Contest = {
  /** Sizes, for whoever reads the figures. */
  readonly note: string;
  /** How figures are to be read, where their names do not say it. */
  readonly units?: string;
  /** The Redis of ours. */
  readonly redis?: RedisServer;
  ours(): Promise<Round>;
  baseline(): Promise<Round>;
  close(): Promise<void>;
};

/** What is ready to run where a measurement may have no baseline. */
export type Sides = Omit<Contest, "baseline"> & {
  readonly baseline?: Contest["baseline"];
  /** Figures taken before the rounds and apart from them, by what they are about. */
  readonly once?: Readonly<Record<string, Round>>;
};

export type BenchResult = {
  name: string;
  note: string;
  units: string;
  once: Readonly<Record<string, Round>>;
  ours: Round;
  /** Empty when there is none. */
  baseline: Round;
  /** Every round that counted, in their order. */
  each: { ours: readonly Round[]; baseline: readonly Round[] };
  /** Ours divided by the baseline's, of the figure that is compared; medians of the same run. Not a number when there is no baseline. */
  ratio: number;
  /** The bench's further comparisons, by their names. */
  also: Readonly<Record<string, number>>;
  /** Lowest and highest of the figure that is compared. */
  spread: { ours: [number, number]; baseline: [number, number] };
  rounds: number;
  quick: boolean;
  redis: RedisServer;
  machine: string;
};

const NO_REDIS: RedisServer = { version: "no Redis", fsync: "none" };

/** Rounds that count, of each side. One more before them warms up. */
const ROUNDS = 5;
const QUICK_ROUNDS = 3;

/** Runs a bench: ours, baseline, ours, baseline …, so that what slows the machine down for a while slows both. Everything it started has ended when it settles. */
export const runBench = async (
  bench: Bench,
  options: BenchOptions,
  onRound: (side: string, round: Round) => void = () => {},
): Promise<BenchResult> => {
  const contest = await bench.setUp(options);
  for (const [name, round] of Object.entries(contest.once ?? {})) onRound(name, round);
  const rounds = bench.isOnce ? 1 : options.quick ? QUICK_ROUNDS : ROUNDS;
  const sides: Record<"ours" | "baseline", Round[]> = { ours: [], baseline: [] };
  try {
    for (let count = bench.isOnce ? 1 : 0; count <= rounds; count++)
      for (const side of ["ours", "baseline"] as const) {
        options.signal.throwIfAborted();
        const round = await contest[side]?.();
        if (count === 0 || round === undefined) continue;
        sides[side].push(round);
        onRound(side, round);
      }
  } finally {
    await contest.close();
  }
  const ours = medians(sides.ours);
  const baseline = medians(sides.baseline);
  const values = (side: Round[]): number[] => side.map((round) => round[bench.figure] ?? Number.NaN);
  const range = (side: Round[]): [number, number] => [Math.min(...values(side)), Math.max(...values(side))];
  return {
    ...{ name: bench.name, note: contest.note, units: contest.units ?? "", once: contest.once ?? {} },
    ...{ ours, baseline, rounds, quick: options.quick },
    ...{ each: sides, redis: contest.redis ?? NO_REDIS },
    ratio: compared(ours, baseline, { figure: bench.figure, as: "ratio" }),
    also: Object.fromEntries(
      Object.entries(bench.also ?? {}).map(([name, comparison]) => [name, compared(ours, baseline, comparison)]),
    ),
    spread: { ours: range(sides.ours), baseline: range(sides.baseline) },
    machine: inWords(thisMachine()),
  };
};

const compared = (ours: Round, baseline: Round, { figure, as }: Comparison): number => {
  const [mine, theirs] = [ours[figure] ?? Number.NaN, baseline[figure] ?? Number.NaN];
  return as === "ratio" ? mine / theirs : mine - theirs;
};

/** Of each figure by itself. */
export const medians = (rounds: readonly Round[]): Round => {
  const names = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(rounds.map((round) => round[name] ?? Number.NaN))]));
};

/** The middle one; of an even number the mean of the two in the middle. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
};
