import { createHash } from "node:crypto";
import type { JoinMode } from "../../shared/join-mode.ts";
import type { Directory } from "./directory.ts";
import { type Fit, fitOf } from "./fit.ts";
import { fitList, stepOf } from "./places.ts";
import type { Seeker } from "./seeker.ts";

/** Rows looked at for one player, and of one list. */
const MOST_ROWS = 60;
const OF_EACH = 12;
/** Guilds that fit about as well are offered in another order to each player, so that not all go to the same one. */
const SPREAD = 8;

/** Where a seeker may look, the likeliest first: his language and region, his language, anywhere; and of each his own step of levels and those below. */
const listsOf = ({ language, region, level }: Seeker, joinModes: readonly JoinMode[]): string[] => {
  const steps = Array.from({ length: stepOf(level) + 1 }, (_, below) => stepOf(level) - below);
  const places = [...(region === undefined ? [] : [[language, region] as const]), [language] as const, [] as const];
  // The lowest step has the most guilds, and one's own fits best.
  const inTurn = [...new Set([steps[0] ?? 0, 0, ...steps])];
  return places.flatMap((place) => joinModes.flatMap((mode) => inTurn.map((step) => fitList(mode, step, ...place))));
};

/** From 0 to 1, another for each player and guild, always the same for both. */
const luckOf = (player: string, guild: string): number =>
  createHash("sha256").update(`${player} ${guild}`).digest().readUInt32BE(0) / 2 ** 32;

/** Guilds that fit a seeker, the best first. */
export type Matches = (seeker: Seeker, joinModes: readonly JoinMode[], except?: ReadonlySet<string>) => Promise<Fit[]>;

export const makeMatches =
  (directory: Pick<Directory, "fits">, nowMs: () => number = Date.now): Matches =>
  async (seeker, joinModes, except = new Set()) => {
    const found = await directory.fits(listsOf(seeker, joinModes), OF_EACH, MOST_ROWS);
    return found
      .flatMap((one) => (except.has(one.row.id) ? [] : (fitOf(one, seeker, nowMs()) ?? [])))
      .map((fit) => ({ fit, rank: fit.score + SPREAD * luckOf(seeker.player, fit.found.row.id) }))
      .sort((a, b) => b.rank - a.rank)
      .map(({ fit }) => fit);
  };
