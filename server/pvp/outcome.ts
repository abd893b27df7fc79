import type { Payment, Side, WarResult } from "../../shared/api/war.ts";
import type { WarMode, WarReward } from "../../shared/api/war-mode.ts";
import type { PlayerId } from "../../shared/id.ts";
import type { Fought, Recount } from "./recount.ts";
import { SIDES, type WarRow } from "./war-row.ts";

export type Outcome = "win" | "draw" | "loss";
export const outcomeOf = (winner: Side | null, side: Side): Outcome =>
  winner === null ? "draw" : winner === side ? "win" : "loss";

type Sides = Pick<WarRow, "sides">["sides"];

/** Who won, and what decided. */
export const winnerOf = (
  { tieBreaks }: Pick<WarMode, "tieBreaks">,
  { scores }: Pick<Recount, "scores">,
  sides: Sides,
  fought: readonly Fought[],
): Pick<WarResult, "winner" | "by"> => {
  const less = (values: readonly [number, number]): Side | null =>
    values[0] === values[1] ? null : values[0] < values[1] ? 0 : 1;
  const more = less([-scores[0], -scores[1]]);
  if (more !== null) return { winner: more, by: "score" };
  const fighters = (side: Side): number => fought.filter((one) => one.side === side).length;
  const judges: Record<WarMode["tieBreaks"][number], () => Side | null> = {
    "fewer-attempts": () => less([sides[0].used, sides[1].used]),
    // A side that never scored reached nothing.
    earlier: () => (scores[0] === 0 ? null : less([sides[0].reachedAt, sides[1].reachedAt])),
    "more-fighters": () => less([-fighters(0), -fighters(1)]),
  };
  for (const by of tieBreaks) {
    const winner = judges[by]();
    if (winner !== null) return { winner, by };
  }
  return { winner: null, by: "draw" };
};

/** What each is given for how it ended. `entitled`: who of the fighters. */
export const paymentsOf = (
  { rewards }: Pick<WarMode, "rewards">,
  winner: Side | null,
  fought: readonly Fought[],
  entitled: (player: PlayerId) => boolean,
  round: number,
): Payment[] => {
  const rewardOf = (side: Side): WarReward => rewards[outcomeOf(winner, side)];
  const forGuilds = SIDES.flatMap((side): Payment[] => {
    const { guild } = rewardOf(side);
    return guild === undefined ? [] : [{ side, points: guild.points, round }];
  });
  const forFighters = fought.flatMap(({ side, player, battles }): Payment[] => {
    const { members } = rewardOf(side);
    if (members === undefined || battles < members.least || !entitled(player)) return [];
    const { points = 0, items } = members;
    return points === 0 && items === undefined ? [] : [{ side, player, points, ...(items && { items }), round }];
  });
  return [...forGuilds, ...forFighters];
};

const sameAs = (one: Payment, other: Payment): boolean =>
  one.side === other.side &&
  one.player === other.player &&
  one.points === other.points &&
  JSON.stringify(one.items) === JSON.stringify(other.items);

/** What was given in a round before, and is right as it was, stays given. */
export const keepGiven = (payments: readonly Payment[], before: readonly Payment[]): Payment[] =>
  payments.map((payment) => before.find((given) => sameAs(given, payment)) ?? payment);

/** What was given and is not due any more. */
export const takenBack = (before: readonly Payment[], now: readonly Payment[]): Payment[] =>
  before.filter((given) => !now.some((payment) => payment.round === given.round && sameAs(given, payment)));
