import { makeDraws } from "./draws.ts";
import { type Estimate, estimate, makeResamples } from "./estimate.ts";
import { FIGURES, type FigureName } from "./figures.ts";
import { observe } from "./observe.ts";
import { ALL_POLICIES } from "./policies/all.ts";
import type { Policy } from "./policy.ts";
import { makePool } from "./pool.ts";
import { simulate } from "./simulate.ts";
import { type Tally, tally } from "./tally.ts";
import type { World } from "./world.ts";

export type Row = { readonly policy: string; readonly figures: Readonly<Record<FigureName, Estimate>> };
export type AtNoise = { readonly noise: number; readonly rows: readonly Row[] };
export type LabResult = {
  readonly worlds: readonly {
    readonly name: string;
    readonly players: number;
    readonly days: number;
    readonly incoming: number;
    readonly important: number;
  }[];
  readonly policies: readonly Pick<Policy, "name" | "source" | "settings">[];
  readonly atNoise: readonly AtNoise[];
};

export type LabOptions = {
  /** Each is made when its turn comes: only one is in memory. */
  readonly worlds: readonly (() => Promise<World> | World)[];
  readonly noises: readonly number[];
  readonly resamples: number;
  readonly seed: number;
  readonly policies?: readonly Policy[];
  progress?(part: number, doing: string): void;
};

const DAY_MS = 86_400_000;

/** Every policy through every world at every noise, on the same luck. The same options give the same result. */
export const runLab = async (options: LabOptions): Promise<LabResult> => {
  const { worlds, noises, policies = ALL_POLICIES } = options;
  const facts: LabResult["worlds"][number][] = [];
  const tallies = new Map<string, Tally[]>();
  const cell = (noise: number, policy: Policy): string => `${noise} ${policy.name}`;
  let done = 0;
  for (const make of worlds) {
    const world = await make();
    const { name, from, to, players } = world;
    const all = players.flatMap(({ incoming }) => incoming);
    facts.push({
      ...{ name, players: players.length, days: (to - from) / DAY_MS, incoming: all.length },
      important: all.filter(({ important }) => important).length,
    });
    for (const noise of noises) {
      const seen = players.map(({ stretches, seed, id }) => observe(stretches, noise, makeDraws(seed, id, "noise")));
      for (const policy of policies) {
        options.progress?.(
          done++ / (worlds.length * noises.length * policies.length),
          `${name}: ${policy.name}, noise ${noise}`,
        );
        const own = players.map((player, place) => tally(simulate(player, seen[place] ?? [], policy, to), world));
        tallies.set(cell(noise, policy), [...(tallies.get(cell(noise, policy)) ?? []), ...own]);
      }
    }
  }
  options.progress?.(1, "resampling");
  const sizes = facts.map(({ players }) => players);
  const count = sizes.reduce((sum, size) => sum + size, 0);
  const resamples = makeResamples(sizes, options.resamples, makeDraws(options.seed, "resamples"));
  const rowOf = (noise: number, policy: Policy): Row => {
    const pool = makePool(tallies.get(cell(noise, policy)) ?? []);
    const figureOf = (name: FigureName): Estimate => {
      const { of, ...figure } = FIGURES[name];
      return estimate((weights) => of(pool, weights), count, "isLargest" in figure ? [] : resamples);
    };
    return { policy: policy.name, figures: figuresOf(figureOf) };
  };
  return {
    worlds: facts,
    policies: policies.map(({ name, source, settings }) => ({ name, source, settings })),
    atNoise: noises.map((noise) => ({ noise, rows: policies.map((policy) => rowOf(noise, policy)) })),
  };
};

const figuresOf = (of: (name: FigureName) => Estimate): Record<FigureName, Estimate> => ({
  ...{ pushes: of("pushes"), importantPushes: of("importantPushes"), pushesP95: of("pushesP95") },
  ...{ mostInHour: of("mostInHour"), digests: of("digests"), mostDigests: of("mostDigests") },
  ...{ missed: of("missed"), slept: of("slept"), readInTime: of("readInTime") },
  ...{ toNotifyP50: of("toNotifyP50"), toNotifyP95: of("toNotifyP95"), heldP50: of("heldP50") },
  ...{ alreadyRead: of("alreadyRead"), readSoon: of("readSoon"), violations: of("violations") },
  duplicates: of("duplicates"),
});
