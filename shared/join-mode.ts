import * as z from "zod";

/**
 * How players become members of a guild. `open`: whoever wants to; `request`: they ask, and whoever may `answer` decides; `invitation`: only who was invited or has a
 * code; `closed`: nobody but by the game's backend.
 */
export const JOIN_MODES = ["open", "request", "invitation", "closed"] as const;
export const joinModeSchema = z.enum(JOIN_MODES);
export type JoinMode = z.infer<typeof joinModeSchema>;

/** The rank of who joins. */
export const firstRankSchema = z.enum(["recruit", "member"]);
export type FirstRank = z.infer<typeof firstRankSchema>;

/** How players become members; part of what a guild can change. */
export const joinRulesSchema = z.strictObject({
  joinMode: joinModeSchema.optional(),
  /** Of the player, when he joins; the game's backend is not bound by it. */
  minLevel: z.int().min(0).max(1_000_000).optional(),
  /** The rank of who joins by himself, by a request, an invitation or a code. */
  firstRank: firstRankSchema.optional(),
});

/** By which way a member came, as his `joined` entry says. */
export const joinedHowSchema = z.enum(["open", "request", "invitation", "code", "backend"]);
