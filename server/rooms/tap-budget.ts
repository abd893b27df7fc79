import type { PlayerId } from "../../shared/id.ts";
import { makePlayerBudget } from "../player/player-budget.ts";

/** Reactions and taps on cards of one player to this process, at once and per second after that: a finger that runs down a list of cards does not reach it. */
export const TAP_BURST = 30;
export const TAPS_PER_SECOND = 3;

/**
 * Takes one tap of a player's budget, or throws `rate-limited` with the time to try again. Counted in the process and for all his channels together: what others get of taps is the newest
 * count each quarter of a second, however many there are, and nothing is written to the log; so only Redis' work is to be bounded, and that a player with connections to
 * n processes makes n times as much is no harm. Pins, which are written to the log, are under the channel's pace.
 */
export const makeTapBudget = (now?: () => number): ((player: PlayerId) => void) =>
  makePlayerBudget({ burst: TAP_BURST, perSecond: TAPS_PER_SECOND }, now);
