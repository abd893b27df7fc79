import type { PlayerId } from "../../shared/id.ts";

/** An open session, and when the match the player is in there is expected to end, in epoch ms (0: he is in none). */
export type MatchSession = { player: PlayerId; matchUntil: number };

/** Who of those with these sessions is in a match now, and until when. */
export const matchEnds = (sessions: readonly MatchSession[], now: number): Map<PlayerId, number> => {
  const ends = new Map<PlayerId, number>();
  for (const { player, matchUntil } of sessions)
    if (matchUntil > now) ends.set(player, Math.max(matchUntil, ends.get(player) ?? 0));
  return ends;
};
