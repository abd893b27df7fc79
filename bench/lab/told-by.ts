import { isQuiet, quietEnds } from "./quiet.ts";
import type { Kind, Player } from "./world.ts";

const MINUTE_MS = 60_000;

/** Whoever can be reached is told of what is important within this, or it is missed. */
export const TOLD_WITHIN_MS = 30 * MINUTE_MS;

/**
 * By when a player has to be told: half an hour after `at`, not counting his quiet hours, unless he lets this kind through, nor the time in which his phone has no line.
 */
export const toldBy = (
  player: Pick<Player, "quietHours" | "through" | "zone" | "phoneOff">,
  kind: Kind,
  at: number,
): number => {
  const sleeps = (when: number): boolean => !player.through.includes(kind) && isQuiet(player, when);
  const outages = player.phoneOff.filter(({ to }) => to > at);
  let left = TOLD_WITHIN_MS;
  let when = at;
  while (left > 0) {
    const outage = outages.find(({ from, to }) => from <= when && to > when);
    if (outage !== undefined) when = outage.to;
    else if (sleeps(when)) when = quietEnds(player, when);
    else {
      when += Math.min(left, MINUTE_MS);
      left -= MINUTE_MS;
    }
  }
  return when;
};
