import fc from "fast-check";
import { expect } from "vitest";
import type { PutWarMode } from "../shared/api/war-mode.ts";
import type { QuickWars } from "./a-quick-war.ts";

type Scoring = PutWarMode["scoring"];
type Fight = { who: number; score: number; target: number };
/** Some battles are told at once; one that was told is told again, or taken back. */
type Step = { tell: Fight[] } | { again: number } | { takeBack: number };
type Told = { battle: string; token: string; player: string; score: number; target: string };

const PLAYERS = ["g0-p0", "g0-p1", "g1-p0", "g1-p1"] as const;
const fight = fc.record({ who: fc.nat(3), score: fc.nat(9), target: fc.nat(2) });
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.array(fight, { minLength: 1, maxLength: 5 }).map((tell): Step => ({ tell })) },
    { weight: 1, arbitrary: fc.nat(50).map((again): Step => ({ again })) },
    { weight: 2, arbitrary: fc.nat(50).map((takeBack): Step => ({ takeBack })) },
  ),
  { minLength: 1, maxLength: 10 },
);

/** What the battles come to, as the modes are explained: of each group the best counts; where all count, each is a group. */
const modelled = (scoring: Scoring, battles: readonly Told[]): number[] =>
  ["g0", "g1"].map((guild) => {
    const own = battles.filter(({ player }) => player.startsWith(guild));
    const groups = Map.groupBy(own, ({ battle, player, target }) =>
      scoring === "sum" ? battle : scoring === "best" ? player : target,
    );
    return [...groups.values()].reduce((sum, group) => sum + Math.max(...group.map(({ score }) => score)), 0);
  });

/** Fights a war and compares its sums with the model's after each step; it is settled only if its recount comes to the same. */
export const fought = async (world: QuickWars, scoring: Scoring, plan: readonly Step[]): Promise<void> => {
  const { wars } = world;
  const war = await world.begun({ scoring, attempts: 100, rated: false, rewards: { win: {}, draw: {}, loss: {} } });
  const told: Told[] = [];
  const voided = new Set<string>();
  for (const [at, step] of plan.entries()) {
    if ("tell" in step) {
      const battles: Told[] = [];
      for (const [index, { who, score, target }] of step.tell.entries()) {
        const player = PLAYERS[who] ?? PLAYERS[0];
        const { token } = await wars.start(war, player, `nonce-${at}-${index}`);
        // Ids are in another order than reports.
        battles.push({ battle: `b-${9 - index}-${at}`, token, player, score, target: `t${target}` });
      }
      const { battles: answers } = await wars.report(war, battles);
      expect(answers.map(({ code, repeated }) => `${code} ${repeated}`)).toEqual(battles.map(() => "ok false"));
      told.push(...battles);
    } else if (told.length > 0) {
      const one = told[("again" in step ? step.again : step.takeBack) % told.length];
      if (one === undefined) throw new Error("there is one");
      if ("again" in step)
        expect(await wars.report(war, [one])).toMatchObject({ battles: [{ code: "ok", repeated: true, added: 0 }] });
      else {
        await wars.voidBattle(war, one.battle, false, "cheats");
        voided.add(one.battle);
      }
    }
    const counting = told.filter(({ battle }) => !voided.has(battle));
    const right = modelled(scoring, counting);
    expect((await wars.get(war)).sides.map(({ score }) => score)).toEqual(right);
    const { fighters } = await wars.fighters(war);
    for (const side of [0, 1])
      expect(fighters.filter((one) => one.side === side).reduce((sum, { score }) => sum + score, 0)).toBe(right[side]);
  }
  const counting = told.filter(({ battle }) => !voided.has(battle));
  expect(await world.over(war)).toMatchObject({
    ...{ phase: "settled", result: { scores: modelled(scoring, counting) } },
  });
};
