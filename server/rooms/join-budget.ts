import type { PlayerId } from "../../shared/id.ts";
import { makePlayerBudget } from "../player/player-budget.ts";

/** Joins of one player to this process, at once and per second after that: many devices and a bad line need a few, a loop gone wild hundreds. */
export const JOIN_BURST = 60;
export const JOINS_PER_SECOND = 2;

/** Takes one join of a player's budget, or throws `rate-limited` with the time to try again. */
export const makeJoinBudget = (now?: () => number): ((player: PlayerId) => void) =>
  makePlayerBudget({ burst: JOIN_BURST, perSecond: JOINS_PER_SECOND }, now);
