import { predictWin, rate, rating } from "openskill";

/** How strong a guild is held to be, and how sure of it one is (OpenSkill: a normal distribution). */
export type Rating = { readonly mu: number; readonly sigma: number };

/** Who won: the first or the second of the two. */
export type RatedOutcome = 0 | 1 | "draw";

const RANKS = { 0: [1, 2], 1: [2, 1], draw: [1, 1] } satisfies Record<RatedOutcome, number[]>;

/** Before its first rated war. */
export const newRating = (): Rating => rating();

/** Both after a war between them. A war makes one surer, and a little doubt comes back with each, so that who changes is followed. */
export const rated = (first: Rating, second: Rating, outcome: RatedOutcome): [Rating, Rating] => {
  const [[one = first] = [], [other = second] = []] = rate([[{ ...first }], [{ ...second }]], {
    rank: RANKS[outcome],
    tau: TAU,
  });
  return [one, other];
};

/** OpenSkill's own choice, a 300th of the first mu. */
const TAU = 25 / 300;

/** How likely the first is to win, 0 to 1. It is half for two of whom nothing is known. */
export const chance = (first: Rating, second: Rating): number =>
  predictWin([[{ ...first }], [{ ...second }]])[0] ?? 0.5;
