import type { Side } from "../../shared/api/war.ts";
import type { WarMode } from "../../shared/api/war-mode.ts";
import type { PlayerId } from "../../shared/id.ts";

/** A battle as it was told. */
export type Battle = {
  battle: string;
  side: Side;
  score: number;
  /** When it was told, in ms. */
  at: number;
  counts: boolean;
  player: PlayerId;
  target: string;
};

export type Fought = { side: Side; player: PlayerId; battles: number; score: number };
export type Recount = {
  scores: [number, number];
  battles: [number, number];
  fought: Map<PlayerId, Fought>;
};

/**
 * What a war's battles come to, counted from them alone, in the order in which they were told: what is paid is checked against it. Written apart from what counts each
 * battle as it comes (war.lua), so that neither can be wrong alone.
 */
export const recount = ({ scoring }: Pick<WarMode, "scoring">, all: readonly Battle[]): Recount => {
  const counting = all
    .filter(({ counts }) => counts)
    .toSorted((a, b) => a.at - b.at || (a.battle < b.battle ? -1 : a.battle > b.battle ? 1 : 0));
  const scores: [number, number] = [0, 0];
  const battles: [number, number] = [0, 0];
  const fought = new Map<PlayerId, Fought>();
  const best = new Map<string, number>();
  for (const { side, score, player, target } of counting) {
    const subject = `${side}:${scoring === "best" ? player : target}`;
    const before = scoring === "sum" ? 0 : (best.get(subject) ?? 0);
    const added = Math.max(0, score - before);
    if (scoring !== "sum") best.set(subject, Math.max(score, before));
    const own = fought.get(player) ?? { side, player, battles: 0, score: 0 };
    fought.set(player, { ...own, battles: own.battles + 1, score: own.score + added });
    scores[side] += added;
    battles[side] += 1;
  }
  return { scores, battles, fought };
};
